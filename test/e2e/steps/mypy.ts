import { join } from 'node:path';
import { withLock } from '../machine/lock.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'mypy --strict',
  needs: 'A synced clone, and mypy from the Python index.',
  proves: 'The types of the package hold under mypy --strict.',
  requires: ['sync'],
  run: checkTypes,
};

/** Not in the environment of phase 1: they come along for this run. */
const TOOLS = ['--with', 'mypy==2.4.1', '--with', 'types-PyYAML'];

/** Packages without types are ignored. Phase 1 already passes what phase 2 checks. */
async function checkTypes(workspace: Workspace): Promise<undefined> {
  const cache = join(workspace.machine.cache, 'mypy', workspace.modality);
  const mypy = [
    'run',
    ...TOOLS,
    'mypy',
    '--strict',
    '--ignore-missing-imports',
    '--cache-dir',
    cache,
    'src',
  ];
  // Two runs at once would write to the same cache.
  await withLock(workspace.machine.cache, `mypy-${workspace.modality}`, () =>
    workspace.run(workspace.machine.uv, mypy),
  );
  return undefined;
}
