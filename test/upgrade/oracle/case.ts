import type { Entry, Files, Stages } from './tree.ts';

/** What there was, and what there is now. */
export interface Case {
  /** The scaffold as it was written. */
  base: Files;
  /** The same after the user's edits. */
  current: Files;
  /** A new repository of what was asked for. */
  incoming: Files;
  /** The work tree afterwards. */
  result: Files;
  stages: Stages;
  /** The generator's own files: they always take the new version. */
  own: readonly string[];
}

/** Adds something that is wrong. */
export type Say = (what: string) => void;

/** One path in the base, the user's repository, the new one and the result. */
export interface Versions {
  b?: Entry | undefined;
  u?: Entry | undefined;
  n?: Entry | undefined;
  r?: Entry | undefined;
}
