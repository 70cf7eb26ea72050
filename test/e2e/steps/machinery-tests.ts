import { countTests } from '../repository/tests.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe test-machinery',
  needs: 'A synced clone.',
  proves: 'The tests of what nimble-ml maintains pass in a fresh clone.',
  requires: ['sync'],
  run: testMachinery,
};

async function testMachinery(workspace: Workspace): Promise<string> {
  const line = 'uv run poe test-machinery';
  const tests = countTests((await workspace.shell(line)).output);
  if (!tests) throw new Failure(`"${line}" ran no test`);
  return tests;
}
