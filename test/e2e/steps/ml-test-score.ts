import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'ML Test Score',
  needs: 'An evaluated clone.',
  proves:
    'Only what was used counts for the ML Test Score, and what a new repository is ready for reaches the expected score.',
  from: 2,
  requires: ['evaluate'],
  run: addUp,
};

const LEAST_READY = 4.5;
/** With the records that phase 3 adds. */
const LEAST_READY_TABULAR = 6.5;
/** No workflow runs here, and nothing was released or tuned. */
const MOST_COUNTED = 3;

async function addUp(workspace: Workspace): Promise<string> {
  const { stdout } = await workspace.shell('uv run poe ml-test-score');
  const [, counted, ready] =
    /ML Test Score\s+([\d.]+) \(([\d.]+) with what is ready\)/.exec(stdout) ?? [];
  const isWhole = workspace.modality === 'tabular' && workspace.phase >= 3;
  const least = isWhole ? LEAST_READY_TABULAR : LEAST_READY;
  if (!(Number(ready) >= least)) throw new Failure(`less than ${least}:\n${stdout}`);
  if (!(Number(counted) <= MOST_COUNTED)) throw new Failure(`more than was used:\n${stdout}`);
  if (!/^ {2}M5 {2}1\.0 .*the training of /m.test(stdout))
    throw new Failure(`the training does not count:\n${stdout}`);
  return `${counted}, ready for ${ready}`;
}
