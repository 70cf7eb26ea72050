/** One capability's folder, as its block.yaml states it. The schema in docs/schemas says more. */
export interface Block {
  /** Name of the folder. */
  id: string;
  title: string;
  /** Which of the three places under the templates folder it lives in. */
  kind: 'skeleton' | 'modality' | 'block';
  /** Absolute path of the folder. */
  folder: string;
  phase: 1 | 2 | 3 | 4 | 'never';
  /** The modalities it serves; undefined: all. */
  modalities?: readonly string[];
  provides: readonly string[];
  requires: readonly string[];
  conflicts: readonly string[];
  /** Answers under which it arrives by default. */
  when: Readonly<Record<string, string>>;
  why: string;
  adoptWhen: string;
  cost: { setup: string; monthly: string };
  remove: string;
  /** Version → what it changed for a repository that has the block. */
  changes: Readonly<Record<string, string>>;
  options: Readonly<Record<string, Option>>;
  words: Readonly<Record<string, string>>;
  slots: Readonly<Record<string, Slot>>;
  /** slot → key → value. */
  fills: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `path:line` of a key in its block.yaml, for messages. */
  where: (...keys: string[]) => string;
}

/** A question that a block asks. */
export interface Option {
  ask: string;
  help?: string;
  /** A boolean makes it a yes-no question. */
  default?: string | boolean;
  defaultFrom?: 'git:user.name' | 'git:user.email';
  choices?: readonly string[];
  pattern?: string;
}

/** A place in one of the block's own files that other blocks contribute lines to. */
export interface Slot {
  /** The rendered path that prints it. */
  file: string;
  help?: string;
}

/** A file of a block, in memory. */
export interface TemplateFile {
  /** Path in the rendered tree before the package word is replaced, without `.ejs`. */
  path: string;
  /** Where it lies, for messages. */
  source: string;
  /** Whether EJS fills something in. */
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
  stated: Pick<Block, 'id' | 'title' | 'phase' | 'why' | 'adoptWhen' | 'cost' | 'remove'> &
    Partial<Block>;
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
