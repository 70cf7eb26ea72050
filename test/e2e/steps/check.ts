import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'poe check',
  needs: ['sync'],
  run: check,
};

/** Lint, format, tests and whatever else is marked as part of `check`. */
async function check(room: Room): Promise<string> {
  const { output } = await room.type('uv run poe check');
  const tests = /(\d+) passed.* in ([\d.]+)s/.exec(output);
  if (!tests) throw new Wrong('"poe check" ran no test');
  return `${tests[1]} tests in ${tests[2]} s`;
}
