// Divides the work among machines: each step of each workspace belongs to exactly one shard, next to what it requires.
import { type Assignment, withRequired } from './select.ts';
import { secondsOf, type Times } from './times.ts';

export interface Shard {
  /** What only this shard answers for: `workspace step`. */
  owns: Set<string>;
  /** What it runs: what it owns, and what that requires, which may be owned elsewhere. */
  work: Assignment[];
  seconds: number;
}

/** `1/4`: the first of four. */
export function parseShard(text: string): { index: number; count: number } {
  const found = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(found?.[1]), Number(found?.[2])];
  if (index >= 1 && index <= count) return { index, count };
  throw new Error(`"--shard ${text}" is not a shard; give its number and how many there are: 1/4`);
}

/**
 * The longest step first, always to the shard that ends earliest with it. What a step requires counts only where it is
 * not there yet, so the steps of a workspace stay together while that is the shorter way.
 */
export function divideWork(work: readonly Assignment[], count: number, times: Times): Shard[] {
  const shards = Array.from({ length: count }, () => newShard());
  for (const cell of listCells(work, times)) {
    const costs = shards.map((shard) => shard.seconds + addedSeconds(shard, cell, times));
    const least = costs.indexOf(Math.min(...costs));
    const shard = shards[least] as Draft;
    shard.seconds = costs[least] ?? 0;
    shard.owns.add(keyOf(cell.assignment, cell.step));
    for (const step of cell.closure) shard.runs.add(keyOf(cell.assignment, step));
  }
  return shards.map(({ owns, runs, seconds }) => ({ owns, seconds, work: restrict(work, runs) }));
}

interface Draft {
  owns: Set<string>;
  runs: Set<string>;
  seconds: number;
}

interface Cell {
  assignment: Assignment;
  step: string;
  /** The step and all that it requires. */
  closure: string[];
  seconds: number;
}

function newShard(): Draft {
  return { owns: new Set(), runs: new Set(), seconds: 0 };
}

function listCells(work: readonly Assignment[], times: Times): Cell[] {
  const cells = work.flatMap((assignment) =>
    assignment.steps.map((step) => ({
      assignment,
      step: step.id,
      closure: withRequired([step.id], assignment.steps).map(({ id }) => id),
      seconds: secondsOf(times, step.id, assignment.workspace),
    })),
  );
  const name = (cell: Cell) => keyOf(cell.assignment, cell.step);
  return cells.sort((a, b) => b.seconds - a.seconds || (name(a) < name(b) ? -1 : 1));
}

function addedSeconds(shard: Draft, { assignment, closure }: Cell, times: Times): number {
  return closure
    .filter((step) => !shard.runs.has(keyOf(assignment, step)))
    .reduce((sum, step) => sum + secondsOf(times, step, assignment.workspace), 0);
}

export function keyOf({ workspace }: Assignment, step: string): string {
  return `${workspace.id} ${step}`;
}

function restrict(work: readonly Assignment[], runs: ReadonlySet<string>): Assignment[] {
  return work
    .map((assignment) => ({
      ...assignment,
      steps: assignment.steps.filter((step) => runs.has(keyOf(assignment, step.id))),
    }))
    .filter(({ steps }) => steps.length > 0);
}
