/** What CI runs, in no CI system's own language. The schema says more. */
export interface CiJob {
  title: string;
  description: string;
  triggers: readonly ('push' | 'pull_request' | 'schedule' | 'manual')[];
  /** A cron expression, in UTC. */
  schedule?: string;
  /** Pushes and pull requests that change none of these start nothing. */
  paths?: readonly string[];
  /** Jobs that must have passed; their artifacts are there. Such a job has no triggers of its own. */
  needs?: readonly string[];
  /** Minutes. */
  timeout: number;
  /** Whether the whole history is checked out, not only the newest commit. */
  history?: boolean;
  permissions?: Readonly<Record<string, { access: 'read' | 'write'; why: string }>>;
  /** An environment of the CI system, which may require an approval. */
  environment?: string;
  steps: readonly CiStep[];
  artifact?: { paths: readonly string[]; days: number };
  /** A file as sha256sum writes it: what the job published. CI signs where it came from, if it can. */
  attest?: string;
}

/** One poe task, or lines of shell. */
export interface CiStep {
  title: string;
  task?: string;
  run?: string;
  /** Variables of the CI system that the step reads from its environment. */
  variables?: readonly string[];
  /** The same for what the CI system hides in its logs. */
  secrets?: readonly string[];
}
