import type { Metrics } from './metrics.ts';

/** What earlier steps found out, so that later steps need not do it again. */
export interface Facts {
  /** Lines of the README that passed, as written. */
  linesRun: Set<string>;
  /** The tests that `poe check` ran, when a workflow ran it. */
  checked?: string | undefined;
  /** Metrics of the first training. */
  trained?: Metrics;
  /** Metrics of the test split. */
  evaluated?: Metrics;
  /** Metrics of a second training with the same seed. */
  repeated?: Metrics;
  /** The infrastructure that is applied, in the emulator, until the step cloud-destroy. */
  cloud?: AppliedCloud;
}

export interface AppliedCloud {
  /** In which `terraform` and every AWS client meet the emulator. */
  env: NodeJS.ProcessEnv;
  /** The clone's infra/. */
  folder: string;
  /** What `terraform output -json` prints, by name. */
  outputs: Record<string, unknown>;
  close(): Promise<void>;
}
