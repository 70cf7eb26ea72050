import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findTool } from '../machine/tools.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'zizmor, hadolint, bandit',

  needs: ['write'],
  run: scan,
};

/** Zero findings; what is suppressed says why on its own line in the repository. */
async function scan(room: Room): Promise<undefined> {
  const { machine, repository: cwd } = room;
  const zizmor = await findTool(machine, 'zizmor');
  await room.run(zizmor, ['--offline', '--persona', 'auditor', '--no-progress', '.'], { cwd });
  const bandit = await findTool(machine, 'bandit');
  await room.run(bandit, ['--quiet', '--recursive', 'src'], { cwd });
  if (existsSync(join(cwd, 'Dockerfile'))) {
    await room.run(await findTool(machine, 'hadolint'), ['Dockerfile'], { cwd });
  }
  return undefined;
}
