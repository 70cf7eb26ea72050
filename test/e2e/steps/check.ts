import { countTests } from '../repository/tests.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe check passes',
  needs: 'A synced clone.',
  proves: 'Lint, format and the tests of the team pass in a fresh clone.',
  requires: ['sync'],
  after: ['workflows'],
  run: check,
};

const LINE = 'uv run poe check';

/** Lint, format, tests and whatever else is marked as part of `check`. */
async function check(workspace: Workspace): Promise<string> {
  if (workspace.facts.checked) {
    // The workflow has just run the same task in a fresh copy of this clone.
    workspace.facts.linesRun.add(LINE);
    return `${workspace.facts.checked}, in the workflow`;
  }
  const tests = countTests((await workspace.shell(LINE)).output);
  if (!tests) throw new Failure(`"${LINE}" ran no test`);
  return tests;
}
