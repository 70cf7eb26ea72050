// Whether the plan was kept, and what can move where it was not.
import { MINUTES, minutesOf, PLAN } from './plan.ts';
import type { Result } from './results.ts';
import { SHARED_SCOPES } from './step.ts';
import type { Times } from './times.ts';

export interface Overrun {
  workspace: string;
  step: string;
  seconds: number;
  /** What to do about it; undefined for a step that can run nowhere else. */
  move?: string;
}

/** Steps over their own budget, the worst first. */
export function findOverruns(results: readonly Result[], times: Times): Overrun[] {
  return results
    .filter(({ step, seconds }) => seconds > minutesOf(step) * 60)
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ workspace, step, seconds }) => {
      const move = findMove(workspace, step, seconds, times);
      return { workspace, step, seconds, ...(move ? { move } : {}) };
    });
}

/** To the nightly run where the plan has the step for another modality too, else to a quicker modality. */
function findMove(
  workspace: string,
  step: string,
  seconds: number,
  times: Times,
): string | undefined {
  if (SHARED_SCOPES.some((scope) => scope === workspace)) return undefined;
  const others = Object.keys(PLAN).filter(
    (id) => id !== workspace && !id.includes('/') && PLAN[id]?.includes(step),
  );
  if (others.length > 0 && !isObligatory(step))
    return `leave it to the nightly run here; the plan keeps it in ${others.join(', ')}`;
  const [quickest] = Object.entries(times[step] ?? {})
    .filter(([id, known]) => id !== workspace && !id.includes('/') && known < seconds)
    .sort(([, a], [, b]) => a - b);
  if (quickest && !isObligatory(step))
    return `move it to "${quickest[0]}", where it took ${quickest[1]} s`;
  return undefined;
}

/** What every modality does in the plan. */
const OBLIGATORY = ['write', 'sync', 'train', 'check', 'predict'];

export function isObligatory(step: string): boolean {
  return OBLIGATORY.includes(step);
}

/** How far over the budget of all a run fails: the minutes are those of idle cores, and a busy machine took 1.4 times as long. */
const TOLERANCE = 1.5;

/** The report, and whether the run fails: only well over the budget of all, by a step that can move. */
export function judgeBudget(
  minutes: number,
  overruns: readonly Overrun[],
): { report: string; fails: boolean } {
  const isOver = minutes > MINUTES.endToEnd * TOLERANCE;
  const lines = overruns.map(({ workspace, step, seconds, move }) => {
    const spent = `[${workspace}] ${step} took ${(seconds / 60).toFixed(1)} of ${minutesOf(step)} minutes`;
    return `${spent}: ${move ?? 'it can run nowhere else; make it faster or raise its budget'}`;
  });
  const total = `${minutes.toFixed(1)} of ${MINUTES.endToEnd} minutes in all`;
  const fails = isOver && overruns.some(({ move }) => move !== undefined);
  return { report: [...lines, `budget: ${total}`].join('\n'), fails };
}
