import type { Machine } from './machine/machine.ts';
import type { Outcome, RunOptions } from './machine/processes.ts';
import type { Facts } from './repository/facts.ts';

/** One check of a repository. The file's name is its id; a folder lists them, nothing else does. */
export interface Step {
  /** A readable phrase for the table. */
  title: string;
  /** What has to be there before it can run: one sentence. */
  needs: string;
  /** What is true once it has passed: one sentence. */
  proves: string;
  /** Steps that must have passed in the same workspace. They also say the order. */
  requires?: readonly string[];
  /** Steps that come first when they run at all. */
  after?: readonly string[];
  /** The phase from which a repository has what is checked here; left out: 1. */
  from?: number;
  /** In which workspaces it runs; left out: in those of the modalities. */
  scope?: Scope | 'every';
  /** Resolves with a note for the table, throws `Skip` when a part of the machine is missing. */
  run(workspace: Workspace): Promise<string | undefined>;
}

/**
 * `modality`: each modality at each phase. The others exist once, at the newest phase, for what no modality changes:
 * `cloud` for the applied infrastructure, `tooling` for scanners, containers and packages, `generator` for the generator itself.
 */
export type Scope = 'modality' | SharedScope;

export const SHARED_SCOPES = ['cloud', 'tooling', 'generator'] as const;
export type SharedScope = (typeof SHARED_SCOPES)[number];

/** A step with its id. */
export interface NamedStep extends Step {
  id: string;
}

/** Which repository a workspace holds. */
export interface WorkspaceSpec {
  /** The modality's id, with its phase when that is not the newest; or the scope. */
  id: string;
  scope: Scope;
  modality: string;
  phase: number;
}

/** What one column of the table works in: a repository, its fresh clone, and what was found out. */
export interface Workspace extends WorkspaceSpec {
  /** The project's name. */
  name: string;
  /** Where `nimble-ml new` wrote. */
  repository: string;
  /** A fresh clone of it, where everything is run. */
  clone: string;
  /** For files of the harness about this workspace. */
  scratch: string;
  log: string;
  machine: Machine;
  /** Which of these parts of a step run: all, or those of the plan. */
  partsOf(step: string, parts: readonly string[]): readonly string[];
  facts: Facts;
  /** Runs a program in the clone. */
  run(file: string, args: string[], options?: Partial<RunOptions>): Promise<Outcome>;
  /** Runs a line as the README gives it, in the clone; a line that passed is not run again by later steps. */
  shell(line: string, options?: Partial<RunOptions>): Promise<Outcome>;
}

/** A part of the machine is missing: not a failure, but reported. */
export class Skip extends Error {}

/** The repository is wrong, without a command that failed. */
export class Failure extends Error {}
