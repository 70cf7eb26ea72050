import type { Answer, Given } from '../engine/answers.ts';
import type { Answers, Block } from '../engine/block.ts';
import type { Question } from '../engine/questions.ts';
import type { Tree } from '../engine/tree.ts';

/** What a person asked for at either door. */
export interface Request {
  /** The folder to write, as given. */
  directory: string | undefined;
  given: Given;
  blocks: readonly string[];
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  skipInstall: boolean;
  skipGit: boolean;
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
