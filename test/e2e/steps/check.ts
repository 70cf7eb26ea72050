import { countTests } from '../repository/tests.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'poe check',
  needs: ['sync'],
  after: ['workflows'],
  run: check,
};

const LINE = 'uv run poe check';

/** Lint, format, tests and whatever else is marked as part of `check`. */
async function check(room: Room): Promise<string> {
  if (room.facts.checked) {
    // The workflow has just run the same task in a fresh copy of this clone.
    room.facts.typed.add(LINE);
    return `${room.facts.checked}, in the workflow`;
  }
  const tests = countTests((await room.type(LINE)).output);
  if (!tests) throw new Wrong(`"${LINE}" ran no test`);
  return tests;
}
