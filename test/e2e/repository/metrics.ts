// Numbers a training leaves behind, read from its reports and compared exactly.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../step.ts';

export type Metrics = Record<string, number>;

/** The metrics in a report: every finite number in it, by its dotted path. */
export async function readMetrics(repository: string, report: string): Promise<Metrics> {
  const found = parseMetrics(await readFile(join(repository, report), 'utf8'));
  if (Object.keys(found).length === 0) throw new Failure(`"${report}" holds no number`);
  return found;
}

export function parseMetrics(json: string): Metrics {
  const found: Metrics = {};
  collect(JSON.parse(json), '', found);
  return found;
}

function collect(value: unknown, path: string, into: Metrics): void {
  if (typeof value === 'number') into[path] = value;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!isMeasurement(key)) collect(inner, path ? `${path}.${key}` : key, into);
  }
}

/** Times and costs of a run differ from run to run and are no results. */
function isMeasurement(key: string): boolean {
  return /second|duration|latency|elapsed|started|finished|_ms$|time/i.test(key);
}

/** Fails with the numbers that differ. */
export function expectSame(first: Metrics, second: Metrics, where: string): void {
  const keys = new Set([...Object.keys(first), ...Object.keys(second)]);
  const different = [...keys].filter((key) => first[key] !== second[key]);
  if (different.length === 0) return;
  const shown = different.slice(0, 8).map((key) => `  ${key}: ${first[key]} and ${second[key]}`);
  throw new Failure(`the same seed gave other numbers ${where}:\n${shown.join('\n')}`);
}
