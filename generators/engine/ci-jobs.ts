import type { Block } from './block.ts';
import type { CiJob, CiStep } from './ci-job.ts';
import { checkJob, type FoundJob, firstOf, type Jobs } from './ci-job-checks.ts';
import { Refusal } from './errors.ts';
import { contributionsOf } from './presence.ts';

/** A CI job as templates see it: what a job may leave out is a list of none or one, so that a loop prints it. */
export interface JobView {
  id: string;
  /** Id of the block that has the job. */
  owner: string;
  title: string;
  description: string;
  /** Lists in square brackets, as JSON and YAML write them. */
  push: readonly { paths: readonly string[] }[];
  pull_request: readonly { paths: readonly string[] }[];
  schedule: readonly string[];
  manual: readonly true[];
  /** In square brackets too. */
  needs: readonly string[];
  timeout: number;
  /** How many commits are checked out; 0 is all of them. */
  depth: 0 | 1;
  permissions: readonly { scope: string; access: string; why: string }[];
  environment: readonly string[];
  steps: readonly {
    title: string;
    task: readonly string[];
    /** The lines of a shell script. */
    script: readonly (readonly string[])[];
    variables: readonly (readonly string[])[];
    /** Variables and secrets together, each with the context of GitHub that has it. */
    env: readonly (readonly { name: string; context: 'vars' | 'secrets' }[])[];
  }[];
  artifact: readonly { name: string; paths: readonly string[]; days: number }[];
  /** A file with the checksums of what the job published. */
  attest: readonly string[];
  /** Names of the artifacts that the jobs in `needs` made. */
  inputs: readonly string[];
  /** This job and those that wait for it, each after what it needs. */
  chain: readonly JobView[];
}

/** Every CI job of these blocks, sorted by id. */
export function viewJobs(blocks: readonly Block[]): JobView[] {
  const jobs = collectJobs(blocks);
  const views = new Map<string, JobView & { chain: JobView[] }>();
  for (const [id, { job, block }] of jobs) {
    views.set(id, { ...viewOf(id, job, jobs), owner: block.id, chain: [] });
  }
  for (const view of views.values()) {
    const first = firstOf(view.id, jobs);
    views.get(first)?.chain.push(view);
  }
  for (const view of views.values()) {
    view.chain.sort((a, b) => depthOf(a.id, jobs) - depthOf(b.id, jobs) || compare(a.id, b.id));
  }
  return [...views.values()].sort((a, b) => compare(a.id, b.id));
}

/** The jobs that start by themselves; the others are in the chain of one of these. */
export function startingJobs(jobs: readonly JobView[]): JobView[] {
  return jobs.filter((job) => job.needs.length === 0);
}

/** The jobs that run on every pull request, whatever it changes: what a merge can be made to wait for. */
export function pullRequestJobs(jobs: readonly JobView[]): JobView[] {
  return startingJobs(jobs)
    .filter((job) => job.pull_request.some(({ paths }) => paths.length === 0))
    .flatMap((job) => job.chain);
}

function collectJobs(blocks: readonly Block[]): Jobs {
  const jobs = new Map<string, FoundJob>();
  for (const { block, ciJobs = {}, where } of contributionsOf(blocks)) {
    for (const [id, job] of Object.entries(ciJobs)) {
      const other = jobs.get(id);
      if (other) {
        throw new Refusal(
          `${where('ciJobs', id)}: "${other.block.id}" has a CI job "${id}" already (${other.where}). Name one of them differently.`,
        );
      }
      jobs.set(id, { job, block, where: where('ciJobs', id) });
    }
  }
  for (const [id, { job, where }] of jobs) checkJob(id, job, where, jobs);
  return jobs;
}

function depthOf(id: string, jobs: Jobs): number {
  const needs = jobs.get(id)?.job.needs ?? [];
  return needs.length === 0 ? 0 : 1 + Math.max(...needs.map((need) => depthOf(need, jobs)));
}

function viewOf(id: string, job: CiJob, jobs: Jobs): Omit<JobView, 'chain' | 'owner'> {
  const { title, description, timeout, artifact } = job;
  const change = { paths: job.paths ? [JSON.stringify(job.paths)] : [] };
  const on = <T>(trigger: CiJob['triggers'][number], value: T) =>
    job.triggers.includes(trigger) ? [value] : [];
  const permissions = { contents: { access: 'read', why: 'to check the code out' } as const };
  const needs = job.needs ?? [];
  return {
    id,
    title,
    description,
    push: on('push', change),
    pull_request: on('pull_request', change),
    schedule: on('schedule', job.schedule ?? ''),
    manual: on('manual', true as const),
    needs: needs.length > 0 ? [JSON.stringify(needs)] : [],
    timeout,
    depth: job.history ? 0 : 1,
    permissions: Object.entries({ ...permissions, ...job.permissions }).map(([scope, one]) => ({
      scope,
      ...one,
    })),
    environment: listOf(job.environment),
    steps: job.steps.map((step) => ({
      title: step.title,
      task: listOf(step.task),
      script: listOf(step.run?.trimEnd().split('\n')),
      variables: listOf(step.variables),
      env: environmentOf(step),
    })),
    artifact: listOf(artifact && { name: id, ...artifact }),
    attest: listOf(job.attest),
    inputs: needs.filter((need) => jobs.get(need)?.job.artifact),
  };
}

function environmentOf({ variables = [], secrets = [] }: CiStep): JobView['steps'][number]['env'] {
  const env = [
    ...variables.map((name) => ({ name, context: 'vars' as const })),
    ...secrets.map((name) => ({ name, context: 'secrets' as const })),
  ];
  return env.length > 0 ? [env] : [];
}

/** None or one, for a loop in a template. */
function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
