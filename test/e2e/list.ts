// `npm run e2e -- --list`: what each step needs and proves, and where the plan runs it.
import { MINUTES, minutesOf } from './plan.ts';
import type { Assignment } from './select.ts';
import type { NamedStep } from './step.ts';
import { secondsOf, type Times } from './times.ts';

export function drawList(
  steps: readonly NamedStep[],
  plan: readonly Assignment[],
  times: Times,
): string {
  const parts = steps.map((step) => {
    const planned = plan.filter((each) => each.steps.some(({ id }) => id === step.id));
    const seconds = planned.map(
      ({ workspace }) => `${workspace.id} ${secondsOf(times, step.id, workspace, true)} s`,
    );
    return [
      `${step.id}: ${step.title}`,
      `  needs:  ${step.needs}`,
      `  proves: ${step.proves}`,
      `  plan:   ${seconds.join(', ')}; at most ${minutesOf(step.id)} min`,
    ].join('\n');
  });
  const { npmTest, endToEnd } = MINUTES;
  return `${parts.join('\n\n')}\n\n${drawBudget(plan, times)}\nThe plan: ${endToEnd} minutes, after ${npmTest} for npm test.`;
}

/** The recorded minutes of each workspace of the plan. */
function drawBudget(plan: readonly Assignment[], times: Times): string {
  const minutes = plan.map(({ workspace, steps }) => {
    const seconds = steps.reduce((sum, { id }) => sum + secondsOf(times, id, workspace, true), 0);
    return { id: workspace.id, minutes: seconds / 60 };
  });
  const all = minutes.reduce((sum, each) => sum + each.minutes, 0);
  const lines = minutes.map(
    (each) => `${each.id.padEnd(12)}${each.minutes.toFixed(1).padStart(6)}`,
  );
  return [
    ...lines,
    `${'together'.padEnd(12)}${all.toFixed(1).padStart(6)} minutes of one worker`,
  ].join('\n');
}
