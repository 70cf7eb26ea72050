// How long steps took on two idle cores. Kept in the repository, so that every machine divides the work the same way.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAN_PARTS } from './plan.ts';
import type { Result } from './results.ts';
import type { WorkspaceSpec } from './step.ts';

/** Step → workspace → seconds. */
export type Times = Record<string, Record<string, number>>;

const FILE = join(import.meta.dirname, 'times.json');
/** What a step takes that has not been measured yet. */
const UNKNOWN_SECONDS = 10;

export async function readTimes(): Promise<Times> {
  return JSON.parse(await readFile(FILE, 'utf8'));
}

/** What was measured in this workspace, else what the modality takes at the newest phase. */
export function secondsOf(
  times: Times,
  step: string,
  workspace: WorkspaceSpec,
  isPlan = false,
): number {
  const known = times[keyOf(step, isPlan)] ?? {};
  return known[workspace.id] ?? known[workspace.modality] ?? UNKNOWN_SECONDS;
}

/** The parts of a step that the plan runs have a line of their own. */
function keyOf(step: string, isPlan: boolean): string {
  return isPlan && PLAN_PARTS[step] ? `${step}: ${PLAN_PARTS[step].join(', ')}` : step;
}

/** Writes what was measured into the repository: `--record`, after a run on an idle machine. */
export async function recordTimes(
  known: Times,
  results: readonly Result[],
  isPlan: boolean,
): Promise<void> {
  const times = { ...known };
  for (const { step, workspace, state, seconds } of results) {
    const key = keyOf(step, isPlan);
    if (state === 'passed') times[key] = { ...times[key], [workspace]: Math.ceil(seconds) };
  }
  const lines = Object.keys(times)
    .sort()
    .map((step) => drawStep(step, times[step] ?? {}));
  await writeFile(FILE, `{\n${lines.join(',\n')}\n}\n`);
}

/** One step a line: a new measurement is a small diff. */
function drawStep(step: string, seconds: Record<string, number>): string {
  const sorted = Object.keys(seconds).sort();
  const inner = sorted.map((workspace) => `${JSON.stringify(workspace)}: ${seconds[workspace]}`);
  return `  ${JSON.stringify(step)}: { ${inner.join(', ')} }`;
}
