import type { Block } from './block.ts';
import type { CiJob } from './ci-job.ts';
import { Refusal, suggest } from './errors.ts';

/** A job, the block that brings it, and the line of its block.yaml. */
export interface FoundJob {
  job: CiJob;
  block: Block;
  where: string;
}

/** The jobs of all selected blocks by their id. */
export type Jobs = ReadonlyMap<string, FoundJob>;

/** What the schema cannot say: what a job needs is there, and it either starts by itself or waits for others. */
export function checkJob(id: string, job: CiJob, where: string, jobs: Jobs): void {
  const needs = job.needs ?? [];
  for (const need of needs) {
    if (jobs.has(need)) continue;
    throw new Refusal(
      `${where}: the CI job "${id}" needs "${need}", which no selected block has.${suggest(need, jobs.keys())}`,
    );
  }
  if (needs.length > 0 && job.triggers.length > 0) {
    throw new Refusal(
      `${where}: the CI job "${id}" has triggers and needs other jobs. It starts after those: set "triggers" to [].`,
    );
  }
  if (needs.length === 0 && job.triggers.length === 0) {
    throw new Refusal(`${where}: nothing starts the CI job "${id}". Give it triggers or needs.`);
  }
  if (job.triggers.includes('schedule') !== (job.schedule !== undefined)) {
    throw new Refusal(
      `${where}: the CI job "${id}" has to have both a "schedule" and the trigger "schedule", or neither.`,
    );
  }
  const firsts = new Set(needs.map((need) => firstOf(need, jobs, [id])));
  if (firsts.size > 1) {
    throw new Refusal(
      `${where}: the CI job "${id}" needs jobs that start separately. All of them have to wait for the same job.`,
    );
  }
}

/** The job at the beginning of what this one waits for. */
export function firstOf(id: string, jobs: Jobs, waiting: readonly string[] = []): string {
  const found = jobs.get(id);
  if (waiting.includes(id)) {
    throw new Refusal(
      `${found?.where}: CI jobs wait for each other: ${[...waiting, id].join(' → ')}.`,
    );
  }
  const [need] = found?.job.needs ?? [];
  return need === undefined ? id : firstOf(need, jobs, [...waiting, id]);
}
