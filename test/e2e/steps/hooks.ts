import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Hooks by prek and pre-commit',
  needs: 'A synced clone, and prek and pre-commit from the Python index.',
  proves: 'The hooks pass on the new repository and refuse a commit that lint refuses.',
  from: 2,
  requires: ['sync'],
  after: ['check'],
  run: runHooks,
};

const PRE_COMMIT = 'pre-commit==4.7.0';

async function runHooks(workspace: Workspace): Promise<string> {
  const { output } = await workspace.shell('uv run poe hooks');
  const passed = output.match(/\.Passed/g)?.length ?? 0;
  await workspace.run(workspace.machine.uv, ['tool', 'run', PRE_COMMIT, 'run', '--all-files']);
  await workspace.shell('uv run poe hooks-install');
  try {
    await expectRefusal(workspace);
  } finally {
    await workspace.run(workspace.machine.uv, ['tool', 'run', 'prek@0.5.11', 'uninstall']);
  }
  return `${passed} hooks`;
}

/** A commit with something unused in it does not come about. */
async function expectRefusal(workspace: Workspace): Promise<void> {
  const path = join(workspace.clone, 'tests', 'test_refused.py');
  await writeFile(path, 'def test_nothing():\n    assert undefined_name\n');
  try {
    await workspace.run('git', ['add', path]);
    const { code, output } = await workspace.run('git', ['commit', '-m', 'Refused'], {
      mayFail: true,
    });
    if (code === 0 || !output.includes('undefined_name')) {
      throw new Failure(`the hooks let a commit pass that lint refuses:\n${output}`);
    }
  } finally {
    await workspace.run('git', ['reset', '--quiet', '--', path]);
    await rm(path);
  }
}
