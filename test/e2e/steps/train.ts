import { readMetrics } from '../repository/metrics.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'poe train',
  needs: ['sync'],
  after: ['check'],
  run: train,
};

async function train(room: Room): Promise<string> {
  const { seconds } = await room.type('uv run poe train');
  const metrics = await readMetrics(room.clone, 'reports/train.json');
  const has = (part: string) => Object.keys(metrics).some((key) => key.includes(part));
  if (!has('model.') || !has('baseline.')) {
    throw new Wrong(
      `"reports/train.json" lacks a model beside a baseline: ${Object.keys(metrics)}`,
    );
  }
  room.facts.trained = metrics;
  return `${seconds.toFixed(1)} s as typed`;
}
