import type { Question } from '../engine/questions.ts';

/** A flag that is not a question. */
export interface Flag {
  flag: string;
  short?: string;
  /** What its value is called; undefined: it takes none. */
  value?: string;
  /** May be given more than once. */
  many?: boolean;
  help: string;
}

/** The flags that every command takes. */
export const COMMON_FLAGS: readonly Flag[] = [
  { flag: 'with', value: 'A,B', help: 'blocks to add now' },
  { flag: 'without', value: 'A,B', help: 'blocks to leave out' },
  { flag: 'answers', value: 'FILE', help: 'answers as YAML or JSON; "-" reads standard input' },
  {
    flag: 'blocks',
    value: 'DIR',
    many: true,
    help: 'a folder with blocks/ or modalities/ of your own',
  },
  { flag: 'yes', short: 'y', help: 'take the default of every question not answered' },
  { flag: 'dry-run', help: 'show what would be written; write nothing' },
  { flag: 'json', help: 'one JSON document on standard output' },
  { flag: 'skip-install', help: 'do not run uv' },
  { flag: 'skip-git', help: 'do not make a git repository' },
];

/** The lines of --help: every question's flag, then the common ones. */
export function helpLines(questions: readonly Question[]): string[] {
  const rows = [
    ...questionRows(questions),
    ...COMMON_FLAGS.map(({ flag, short, value, help }) => [
      `${short ? `-${short}, ` : ''}--${flag}${value ? ` ${value}` : ''}`,
      help,
    ]),
    ['-h, --help', 'this page'],
    ['--version', 'the version'],
  ];
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** One row per flag; modalities that share a flag share its row. */
function questionRows(questions: readonly Question[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const question of questions) {
    const left =
      question.type === 'yes-no'
        ? `--[no-]${question.flag}`
        : `--${question.flag} ${valueWord(question)}`;
    const line = `${question.help}${defaultOf(question)}`;
    const scope = question.owner.kind === 'skeleton' ? line : `${question.owner.id}: ${line}`;
    rows.set(left, [...(rows.get(left) ?? []), scope]);
  }
  return [...rows].map(([left, right]) => [left, right.join('; ')]);
}

function valueWord(question: Question): string {
  return question.choices.map((choice) => choice.value).join('|') || 'TEXT';
}

function defaultOf({ default: value, defaultFrom }: Question): string {
  if (defaultFrom) return ` (default: git's ${defaultFrom.slice('git:'.length)})`;
  return value === undefined || value === '' ? '' : ` (default: ${value})`;
}
