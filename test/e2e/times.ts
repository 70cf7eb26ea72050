// How long steps took on two idle cores. Kept in the repository, so that every machine divides the work the same way.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
export function secondsOf(times: Times, step: string, workspace: WorkspaceSpec): number {
  const known = times[step] ?? {};
  return known[workspace.id] ?? known[workspace.modality] ?? UNKNOWN_SECONDS;
}

/** Writes what was measured into the repository: `--record`, after a run on an idle machine. */
export async function recordTimes(known: Times, results: readonly Result[]): Promise<void> {
  const times = { ...known };
  for (const { step, workspace, state, seconds } of results) {
    if (state === 'passed') times[step] = { ...times[step], [workspace]: Math.ceil(seconds) };
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
