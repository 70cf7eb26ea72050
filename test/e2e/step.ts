import type { Machine } from './machine/machine.ts';
import type { Outcome, RunOptions } from './machine/processes.ts';
import type { Facts } from './repository/facts.ts';

/** One check of a repository. The file's name is its id; a folder lists them, nothing else does. */
export interface Step {
  /** A few words for the table. */
  title: string;
  /** Steps that must have passed in the same room. They also say the order. */
  needs?: readonly string[];
  /** Steps that come first when they run at all. */
  after?: readonly string[];
  /** The phase from which a repository has what is checked here; left out: 1. */
  from?: number;
  /** The phase from which it is left to the nightly run (`--all`), or to `--only`; left out: never. */
  nightly?: number;
  /** `each` modality (the default), or `once` for what no modality changes. */
  scope?: 'each' | 'once' | 'both';
  /** Settles with a word for the table, throws `Skip` when a part of the machine is missing. */
  run(room: Room): Promise<string | undefined>;
}

/** A step with its id. */
export interface NamedStep extends Step {
  id: string;
}

/** What one column of the table works in: a repository, its fresh clone, and what was found out. */
export interface Room {
  /** The modality's id, with its phase when that is not the newest, or `once`. */
  id: string;
  modality: string;
  phase: number;
  /** The project's name. */
  name: string;
  /** Where `nimble-ml new` wrote. */
  repository: string;
  /** A fresh clone of it, where everything is run. */
  clone: string;
  /** For files of the harness about this room. */
  scratch: string;
  log: string;
  machine: Machine;
  facts: Facts;
  /** A program in the clone. */
  run(file: string, args: string[], options?: Partial<RunOptions>): Promise<Outcome>;
  /** A line as the README gives it, in the clone; a line that passed is not run again by others. */
  type(line: string, options?: Partial<RunOptions>): Promise<Outcome>;
}

/** A part of the machine is missing: not a failure, but said. */
export class Skip extends Error {}

/** The repository is wrong, without a command that failed. */
export class Wrong extends Error {}
