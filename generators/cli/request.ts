import type { Answer, Given } from '../engine/answers.ts';
import type { Answers, Block } from '../engine/block.ts';
import type { Question } from '../engine/questions.ts';
import type { Tree } from '../engine/tree.ts';

/** What a person asked for at either door. */
export interface Request {
  /** Every word that is no flag. */
  words: readonly string[];
  /** The folder to write, as given. */
  directory: string | undefined;
  given: Given;
  blocks: readonly string[];
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  skipInstall: boolean;
  skipGit: boolean;
  /** Paths the user deleted and wants back. */
  restore: readonly string[];
  /** What lies in the way of a new file stays as it is. */
  adopt: boolean;
  /** It is moved aside. */
  backup: boolean;
}

/** How a door talks to the person in front of it. */
export interface Door {
  /** One line to read. */
  tell: (line: string) => void;
  /** Puts a question; undefined when nobody can answer. */
  ask: ((question: Question, suggested: Answer | undefined) => Promise<Answer>) | undefined;
}

/** What was done, as `--json` prints it. */
export interface Outcome {
  command: 'new';
  directory: string;
  dryRun: boolean;
  from: null;
  to: { phase: number; modality: string; version: string; blocks: string[] };
  added: string[];
  /** Commits made, oldest first: the rendered tree, then the lock. */
  commits: string[];
  /** What was not done, and why. */
  notes: string[];
  next: string[];
}

/** Everything a repository is made from. */
export interface Plan {
  answers: Answers;
  blocks: readonly Block[];
  tree: Tree;
}

/** Where a repository stands, in what it says of itself. */
export interface Standing {
  phase: number;
  modality: string;
  version: string;
  blocks: readonly string[];
}

/** What a command did to a living repository, as `--json` prints it. Paths are the project's, sorted. */
export interface Change {
  command: 'phase' | 'update' | 'add' | 'swap' | 'remove';
  directory: string;
  dryRun: boolean;
  from: Standing;
  to: Standing;
  /** Where the tree that was merged from was found, and what of it had to be rendered again. */
  base: { from: 'lock' | 'baseline' | 'render'; rerendered: string[] } | null;
  added: string[];
  changed: string[];
  removed: string[];
  merged: { path: string; from?: string }[];
  kept: { path: string; reason: string }[];
  conflicts: { path: string; reason: string }[];
  /** What is new in the templates, for the blocks of this repository. */
  changes: { version: string; block: string; text: string }[];
  commits: string[];
  notes: string[];
  next: string[];
}

/** What a repository is to become. */
export interface Target extends Plan {
  standing: Standing;
  /** How conflict markers call it, behind `nimble-ml/`. */
  label: string;
  subject: string;
  /** Whether a file of the old render can have become one of the new. */
  followsFiles: boolean;
}
