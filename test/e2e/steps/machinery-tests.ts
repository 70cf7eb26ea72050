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
  const lines = { fast: 'uv run poe test-machinery', slow: 'uv run poe test-machinery -m slow' };
  const found: string[] = [];
  for (const part of workspace.partsOf('machinery-tests', partsAt(workspace.phase))) {
    const line = lines[part as keyof typeof lines];
    const tests = countTests((await workspace.shell(line, { seconds: 3600 })).output);
    if (!tests) throw new Failure(`"${line}" ran no test`);
    found.push(tests);
  }
  return found.join('; ');
}

/** The slow ones are those of phase 3. */
function partsAt(phase: number): string[] {
  return phase < 3 ? ['fast'] : ['fast', 'slow'];
}
