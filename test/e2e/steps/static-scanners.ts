import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findTool } from '../machine/tools.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'zizmor, hadolint and bandit',
  needs: 'zizmor, hadolint and bandit from the Python index.',
  proves: 'The scanners find nothing in workflows, Dockerfile and code.',
  requires: ['write'],
  run: scan,
};

/** Random numbers, and subprocess at all, by name, without a shell: ruff's S rules check each call in the repository itself. */
const RUFF_HAS_THEM = 'B311,B404,B603,B607';

/** Zero findings; a suppression gives its reason on its line in the repository. */
async function scan(workspace: Workspace): Promise<undefined> {
  const { machine, repository: cwd } = workspace;
  const zizmor = await findTool(machine, 'zizmor');
  await workspace.run(zizmor, ['--offline', '--persona', 'auditor', '--no-progress', '.'], { cwd });
  const bandit = await findTool(machine, 'bandit');
  await workspace.run(bandit, ['--quiet', '--recursive', '--skip', RUFF_HAS_THEM, 'src'], { cwd });
  if (existsSync(join(cwd, 'Dockerfile'))) {
    await workspace.run(await findTool(machine, 'hadolint'), ['Dockerfile'], { cwd });
  }
  return undefined;
}
