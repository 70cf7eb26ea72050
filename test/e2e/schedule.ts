// Rooms side by side in a few lanes; within a room one step after the other.
import { CommandFailed } from './machine/processes.ts';
import type { Result } from './results.ts';
import { type NamedStep, type Room, Skip, Wrong } from './step.ts';

export async function runRooms(
  rooms: Room[],
  steps: NamedStep[],
  lanes: number,
  asked: ReadonlySet<string>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...rooms];
  const lane = async (): Promise<void> => {
    for (let room = waiting.shift(); room; room = waiting.shift()) {
      await runRoom(room, steps, results, asked);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

async function runRoom(
  room: Room,
  steps: NamedStep[],
  results: Result[],
  asked: ReadonlySet<string>,
): Promise<void> {
  const passed = new Set<string>();
  for (const step of steps.filter((each) => belongs(each, room, asked))) {
    const missing = (step.needs ?? []).filter((need) => !passed.has(need));
    const result =
      missing.length > 0
        ? skipped(room, step, `needs ${missing.join(', ')}`)
        : await runStep(step, room);
    if (result.state === 'passed') passed.add(step.id);
    results.push(result);
    tell(result);
  }
}

/** Whether a step is run in a room; one of the nightly run only when it was asked for. */
export function belongs(
  step: NamedStep,
  room: Pick<Room, 'id' | 'phase'>,
  asked: ReadonlySet<string>,
): boolean {
  if (room.phase < (step.from ?? 1)) return false;
  if (room.phase >= (step.nightly ?? Number.POSITIVE_INFINITY) && !asked.has(step.id)) return false;
  const scope = step.scope ?? 'each';
  return scope === 'both' || (scope === 'once') === (room.id === 'once');
}

async function runStep(step: NamedStep, room: Room): Promise<Result> {
  const started = performance.now();
  const base = { room: room.id, step: step.id };
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const note = (await step.run(room)) ?? '';
    return { ...base, state: 'passed', seconds: seconds(), note };
  } catch (error) {
    if (error instanceof Skip && !room.machine.strict) return skipped(room, step, error.message);
    return { ...base, state: 'failed', seconds: seconds(), note: describe(error) };
  }
}

function skipped(room: Room, step: NamedStep, note: string): Result {
  return { room: room.id, step: step.id, state: 'skipped', seconds: 0, note };
}

function describe(error: unknown): string {
  if (error instanceof CommandFailed) return error.report();
  if (error instanceof Wrong) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function tell(result: Result): void {
  const seconds = result.state === 'skipped' ? '' : ` ${result.seconds.toFixed(1)} s`;
  // All of a failure is told at the end.
  const [first = ''] = result.note.split('\n');
  const note = first && ` (${first})`;
  console.log(`[${result.room}] ${result.step} ${result.state}${seconds}${note}`);
}
