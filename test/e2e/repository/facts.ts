import type { Metrics } from './metrics.ts';

/** What earlier steps found out, so that later ones need not do it again. */
export interface Facts {
  /** README lines that passed, as written. */
  typed: Set<string>;
  /** Metrics of the first training. */
  trained?: Metrics;
  /** Metrics of the test split. */
  evaluated?: Metrics;
  /** Metrics of a second training with the same seed. */
  repeated?: Metrics;
  /** Name of the image that was built. */
  image?: string;
}
