import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';

/** A flag that is not a question. */
export interface Flag {
  /** Without the dashes. */
  flag: string;
  /** Its group on the page of help. */
  group: 'answers' | 'edits' | 'run';
  short?: string;
  /** What its value is called in the help; a flag without it is on or off. */
  value?: string;
  /** May be given more than once. */
  repeats?: boolean;
  /** Its value is an answer, which an answers file may give too. */
  isAnswer?: boolean;
  help: string;
}

/** Every flag, by the key under which a request holds its value; the help lists them in this order. */
export const FLAGS = {
  with: { flag: 'with', group: 'answers', value: 'A,B', isAnswer: true, help: 'blocks to add now' },
  without: {
    flag: 'without',
    group: 'answers',
    value: 'A,B',
    isAnswer: true,
    help: 'blocks to leave out',
  },
  only: {
    flag: 'only',
    group: 'answers',
    value: 'A,B',
    help: 'areas or blocks of the phase to add, or "all"; the others stay out',
  },
  answers: {
    flag: 'answers',
    group: 'answers',
    value: 'FILE',
    help: 'answers as YAML or JSON; "-" reads standard input',
  },
  blocks: {
    flag: 'blocks',
    group: 'answers',
    value: 'DIR',
    repeats: true,
    help: 'a folder with blocks/ or modalities/ of your own',
  },
  each: {
    flag: 'each',
    group: 'run',
    value: 'DIR',
    help: 'every repository below DIR: shows what would change, then asks; --yes updates them',
  },
  restore: {
    flag: 'restore',
    group: 'edits',
    value: 'PATH',
    repeats: true,
    help: 'bring back a file or folder you deleted',
  },
  adopt: {
    flag: 'adopt',
    group: 'edits',
    help: 'keep your untracked file where a new file belongs',
  },
  backup: {
    flag: 'backup',
    group: 'edits',
    help: 'move your untracked file to PATH.backup instead',
  },
  yes: {
    flag: 'yes',
    group: 'run',
    short: 'y',
    help: 'take the default of every question not answered',
  },
  dryRun: { flag: 'dry-run', group: 'run', help: 'show what would be written; write nothing' },
  json: { flag: 'json', group: 'run', help: 'print one JSON document on standard output' },
  skipInstall: {
    flag: 'skip-install',
    group: 'run',
    help: 'do not run uv; lock and install nothing',
  },
  skipGit: { flag: 'skip-git', group: 'run', help: 'do not create a git repository' },
} as const satisfies Record<string, Flag>;

export type FlagKey = keyof typeof FLAGS;

/** The flags of every command that writes. */
export const WRITING_FLAGS: readonly FlagKey[] = [
  'answers',
  'blocks',
  'yes',
  'dryRun',
  'json',
  'skipInstall',
];

/** What a request holds of each flag that is not an answer: its values, its value, or whether it was given. */
export type FlagValues = {
  readonly [Key in Exclude<FlagKey, 'with' | 'without'>]: (typeof FLAGS)[Key] extends {
    repeats: true;
  }
    ? readonly string[]
    : (typeof FLAGS)[Key] extends { value: string }
      ? string | undefined
      : boolean;
};

/** The flags with these keys, in the order of the help. */
export function flagsOf(keys: readonly FlagKey[]): Flag[] {
  return Object.entries(FLAGS)
    .filter(([key]) => keys.includes(key as FlagKey))
    .map(([, flag]) => flag);
}

/** Flags that Yeoman takes for itself, and those of every page of help. */
const RESERVED =
  'help version env namespace resolved force ask-answered force-install skip-cache'.split(' ');

/** Refuses a question whose flag means something already. */
export function checkReservedFlags(questions: readonly Question[]): void {
  const taken = new Set([...RESERVED, ...Object.values(FLAGS).map((one) => one.flag)]);
  for (const { flag, key, owner } of questions) {
    if (!taken.has(flag) && !taken.has(flag.replace(/^no-/, ''))) continue;
    throw new Refusal(
      `${owner.where('options', key)}: --${flag} is a flag of every command. Name the option "${key}" differently.`,
    );
  }
}
