import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'hooks, by prek and pre-commit',
  from: 2,
  needs: ['sync'],
  after: ['check'],
  run: runHooks,
};

const PRE_COMMIT = 'pre-commit==4.7.0';

async function runHooks(room: Room): Promise<string> {
  const { output } = await room.type('uv run poe hooks');
  const passed = output.match(/\.Passed/g)?.length ?? 0;
  await room.run(room.machine.uv, ['tool', 'run', PRE_COMMIT, 'run', '--all-files']);
  await room.type('uv run poe hooks-install');
  try {
    await expectRefusal(room);
  } finally {
    await room.run(room.machine.uv, ['tool', 'run', 'prek@0.5.11', 'uninstall']);
  }
  return `${passed} hooks`;
}

/** A commit with something unused in it does not come about. */
async function expectRefusal(room: Room): Promise<void> {
  const path = join(room.clone, 'tests', 'test_refused.py');
  await writeFile(path, 'def test_nothing():\n    assert undefined_name\n');
  try {
    await room.run('git', ['add', path]);
    const { code, output } = await room.run('git', ['commit', '-m', 'Refused'], { mayFail: true });
    if (code === 0 || !output.includes('undefined_name')) {
      throw new Wrong(`the hooks let a commit pass that lint refuses:\n${output}`);
    }
  } finally {
    await room.run('git', ['reset', '--quiet', '--', path]);
    await rm(path);
  }
}
