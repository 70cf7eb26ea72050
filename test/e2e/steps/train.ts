import { readMetrics } from '../repository/metrics.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe train',
  needs: 'A synced clone.',
  proves: 'poe train writes the metrics of a model and of its baseline.',
  requires: ['sync'],
  after: ['check'],
  run: train,
};

async function train(workspace: Workspace): Promise<string> {
  const { seconds } = await workspace.shell('uv run poe train');
  const metrics = await readMetrics(workspace.clone, 'reports/train.json');
  const has = (part: string) => Object.keys(metrics).some((key) => key.includes(part));
  if (!has('model.') || !has('baseline.')) {
    throw new Failure(`"reports/train.json" lacks a model and a baseline: ${Object.keys(metrics)}`);
  }
  workspace.facts.trained = metrics;
  return `${seconds.toFixed(1)} s`;
}
