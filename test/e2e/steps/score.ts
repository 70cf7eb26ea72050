import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'ML Test Score',
  from: 2,
  needs: ['sync'],
  run: addUp,
};

const LEAST = 4.5;

async function addUp(room: Room): Promise<string> {
  const { stdout } = await room.type('uv run poe ml-test-score');
  const score = Number(/ML Test Score\s+([\d.]+)/.exec(stdout)?.[1]);
  if (!(score >= LEAST)) throw new Wrong(`less than ${LEAST}:\n${stdout}`);
  return String(score);
}
