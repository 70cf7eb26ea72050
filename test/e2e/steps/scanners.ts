import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findTool } from '../machine/tools.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'zizmor, hadolint, bandit',

  needs: ['write'],
  run: scan,
};

/** Chance, and subprocess at all, by name, without a shell: ruff's S rules judge each call in the repository itself. */
const RUFF_HAS_THEM = 'B311,B404,B603,B607';

/** Zero findings; what is suppressed says why on its own line in the repository. */
async function scan(room: Room): Promise<undefined> {
  const { machine, repository: cwd } = room;
  const zizmor = await findTool(machine, 'zizmor');
  await room.run(zizmor, ['--offline', '--persona', 'auditor', '--no-progress', '.'], { cwd });
  const bandit = await findTool(machine, 'bandit');
  await room.run(bandit, ['--quiet', '--recursive', '--skip', RUFF_HAS_THEM, 'src'], { cwd });
  if (existsSync(join(cwd, 'Dockerfile'))) {
    await room.run(await findTool(machine, 'hadolint'), ['Dockerfile'], { cwd });
  }
  return undefined;
}
