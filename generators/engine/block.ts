import type { CiJob } from './ci-job.ts';

/** One capability's folder, as its block.yaml states it. The schema in docs/schemas says more. */
export interface Block {
  /** Name of the folder. */
  id: string;
  /** Ids it had in earlier versions; they are still understood. */
  aliases: readonly string[];
  title: string;
  /** Which of the three places under the templates folder it is in. */
  kind: 'skeleton' | 'modality' | 'block';
  /** The folder that sorts it among others, for readers; of a block in an area. */
  area?: string;
  /** Absolute path of the folder. */
  folder: string;
  /** Whether --blocks named the folder that holds it. */
  external?: true;
  /** Whether this version does not have it, and a repository still does. */
  retired?: true;
  /** Files of a retired block, as they were rendered. */
  stored?: readonly TemplateFile[];
  /** `files/`, and each `files+<other>/` of it. */
  fileSets: readonly FileSet[];
  phase: 1 | 2 | 3 | 4 | 'never';
  /** The modalities it serves; undefined: all. */
  modalities?: readonly string[];
  provides: readonly string[];
  requires: readonly string[];
  conflicts: readonly string[];
  /** Answers under which it arrives by default. */
  when: Readonly<Record<string, string>>;
  /** Capabilities that others must provide before it arrives by default. */
  whenPresent: readonly string[];
  why: string;
  adoptWhen: string;
  cost: { setup: string; monthly: string };
  /** How to take it out by hand; left out: delete its files. */
  remove?: string;
  /** What is left, runs or costs once it is removed, and how to end it; COMMIT is the commit before. */
  remains?: string;
  /** Command → what a user types behind it, for its help; of the skeleton. */
  examples: Readonly<Record<string, string>>;
  /** poe task → why a team tries it first, in the order of all blocks. */
  firstTasks: Readonly<Record<string, { order: number; why: string }>>;
  /** Version → what it changed for a repository that has the block. */
  changes: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Option>>;
  /** Values that templates print by name. */
  variables: Readonly<Record<string, string>>;
  slots: Readonly<Record<string, Slot>>;
  entries: SlotEntries;
  /** Job id → job. Every provider of CI renders all of them. */
  ciJobs: Readonly<Record<string, CiJob>>;
  /** What counts only when other blocks or capabilities are there too: `a` or `a+b` → addition. */
  with: Readonly<Record<string, Addition>>;
  /** `path:line` of a key in its block.yaml, for messages. */
  where: (...keys: string[]) => string;
}

/** slot → key → value. */
export type SlotEntries = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a block adds to shared files, besides files of its own. */
export interface Addition {
  entries?: SlotEntries;
  ciJobs?: Readonly<Record<string, CiJob>>;
}

/** A folder of files that is rendered when all of `needs`, block ids or capabilities, are selected. */
export interface FileSet {
  folder: string;
  needs: readonly string[];
}

/** A question that a block asks. */
export interface Option {
  ask: string;
  help?: string;
  /** A boolean makes it a yes-no question. */
  default?: string | boolean;
  defaultFrom?: 'git:user.name' | 'git:user.email' | 'git:branch';
  /** Whether the default is taken without asking; the flag changes it. */
  quiet?: true;
  choices?: readonly string[];
  pattern?: string;
  /** Keys it had in earlier versions; saved answers to them still count. */
  aliases?: readonly string[];
  /** Choice of an earlier version → what it is called now. */
  formerChoices?: Readonly<Record<string, string>>;
}

/** A place in one of the block's own files that other blocks contribute lines to. */
export interface Slot {
  /** The rendered path that prints it. */
  file: string;
  help?: string;
}

/** A file of a block, in memory. */
export interface TemplateFile {
  /** Path in the rendered tree before the placeholder package is replaced, without `.ejs`. */
  path: string;
  /** Where it is stored, for messages. */
  source: string;
  /** Block ids and capabilities that must be selected too. */
  needs: readonly string[];
  /** Whether it is an EJS template. */
  filled: boolean;
  bytes: Buffer;
}

/** A block with its files read. */
export interface LoadedBlock extends Block {
  files: readonly TemplateFile[];
}

/** What the user chose. Text for every question but `phase` (number), yes-no, and the two lists. */
export interface Answers {
  name: string;
  modality: string;
  phase: number;
  with: readonly string[];
  without: readonly string[];
  [option: string]: string | number | boolean | readonly string[];
}

/** A block.yaml, read: kept as data so that the shipped ones are parsed once, when the package is built. */
export interface ParsedBlock {
  stated: Pick<Block, 'id' | 'title' | 'phase' | 'why' | 'adoptWhen' | 'cost'> & Partial<Block>;
  /** `a.b` → line. */
  lines: Readonly<Record<string, number>>;
}

/** The line of the deepest of these keys that is there. */
export function lineOf(lines: ParsedBlock['lines'], keys: readonly string[]): number {
  for (let depth = keys.length; depth > 0; depth--) {
    const line = lines[keys.slice(0, depth).join('.')];
    if (line !== undefined) return line;
  }
  return 1;
}

/** What a block.yaml that leaves a key out means. */
export const DEFAULTS = {
  aliases: [],
  provides: [],
  requires: [],
  conflicts: [],
  when: {},
  whenPresent: [],
  options: {},
  variables: {},
  slots: {},
  entries: {},
  ciJobs: {},
  with: {},
  changes: {},
  firstTasks: {},
  examples: {},
} satisfies Partial<Block>;
