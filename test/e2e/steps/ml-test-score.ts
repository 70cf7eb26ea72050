import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'ML Test Score',
  needs: 'A synced clone.',
  proves: 'A new repository has at least the expected ML Test Score.',
  from: 2,
  requires: ['sync'],
  run: addUp,
};

const LEAST = 4.5;

async function addUp(workspace: Workspace): Promise<string> {
  const { stdout } = await workspace.shell('uv run poe ml-test-score');
  const score = Number(/ML Test Score\s+([\d.]+)/.exec(stdout)?.[1]);
  if (!(score >= LEAST)) throw new Failure(`less than ${LEAST}:\n${stdout}`);
  return String(score);
}
