import type { Question } from '../engine/questions.ts';
import type { Command } from './command.ts';
import { type Flag, flagsOf } from './flags.ts';
import { paint, terminalWidth, wrapText } from './printing.ts';

/** A flag as the user types it, and what it does. */
type Row = readonly [typed: string, text: string];

/** The page of --help of a command, under the name that the user types. */
export function helpPage(
  typed: string,
  command: Command,
  questions: readonly Question[],
  width = terminalWidth(),
): string[] {
  const conflicts = command.exitCode ? ' 1 conflicts to resolve,' : '';
  const codes = `Exit codes: 0 done,${conflicts} 2 refused (nothing changed), 3 internal error, 130 interrupted.`;
  return [
    ...wrapText(command.summary, width),
    '',
    ...wrapHanging(
      `Usage: ${[typed, command.arguments, '[FLAGS]'].filter(Boolean).join(' ')}`,
      width,
    ),
    ...exampleLines(typed, command, questions, width),
    ...flagLines(command, questions, width),
    '',
    ...wrapText(codes, width),
  ];
}

/** The example that the templates give, since only they know what there is to name. */
function exampleLines(
  typed: string,
  { name }: Command,
  questions: readonly Question[],
  width: number,
): string[] {
  const { owner } = questions.find((one) => one.owner.kind === 'skeleton') ?? {};
  const example = owner?.examples[name];
  return example === undefined ? [] : wrapHanging(`Example: ${typed} ${example}`, width);
}

/** A text whose further lines are indented as in a shell script. */
function wrapHanging(text: string, width: number): string[] {
  const [first = '', ...rest] = wrapText(text, width - 4);
  return [first, ...rest.map((line) => `    ${line}`)];
}

/** A page of help with its titles in the style of titles. */
export function paintTitles(page: readonly string[]): string[] {
  return page.map((line) =>
    line.replace(
      /^(Usage|Example|Exit codes|Answers|Your edits|How it runs|Help|Commands):/,
      (title) => paint('title', title),
    ),
  );
}

/** A line for every command, each with its arguments. */
export function commandLines(commands: readonly Command[], width = terminalWidth()): string[] {
  const rows = commands.map(
    (command): Row => [`nimble-ml ${command.name} ${command.arguments}`.trimEnd(), command.summary],
  );
  return ['Commands:', ...alignRows(rows, width)];
}

/** Every flag, in groups with a title. */
export function flagLines(
  command: Command,
  questions: readonly Question[],
  width = terminalWidth(),
): string[] {
  const flags = flagsOf(command.flags);
  const groups: [title: string, rows: Row[]][] = [
    ['Answers', [...questionRows(questions, command), ...rowsOf(flags, 'answers')]],
    ['Your edits', rowsOf(flags, 'edits')],
    ['How it runs', rowsOf(flags, 'run')],
    ['Help', HELP],
  ];
  return groups
    .filter(([, rows]) => rows.length > 0)
    .flatMap(([title, rows]) => ['', `${title}:`, ...alignRows(rows, width)]);
}

const HELP: Row[] = [
  ['-h, --help', 'print this page'],
  ['--version', 'print the version'],
];

function rowsOf(flags: readonly Flag[], group: Flag['group']): Row[] {
  return flags
    .filter((one) => one.group === group)
    .map(({ flag, short, value, help }) => [
      `${short ? `-${short}, ` : ''}--${flag}${value ? ` ${value}` : ''}`,
      help,
    ]);
}

/** One row per flag; modalities that share a flag share its row. */
function questionRows(questions: readonly Question[], { asks, otherwise }: Command): Row[] {
  const rows = new Map<string, string[]>();
  for (const question of questions.filter(asks)) {
    const left =
      question.type === 'yes-no'
        ? `--[no-]${question.flag}`
        : `--${question.flag} ${nameValue(question)}`;
    const line = `${question.help}${otherwise ? ` (default: ${otherwise})` : showDefault(question)}`;
    const scoped = question.owner.kind === 'skeleton' ? line : `${question.owner.id}: ${line}`;
    rows.set(left, [...(rows.get(left) ?? []), scoped]);
  }
  return [...rows].map(([left, right]) => [left, right.join('; ')]);
}

function nameValue(question: Question): string {
  return question.choices.map((choice) => choice.value).join('|') || 'TEXT';
}

function showDefault({ default: value, defaultFrom }: Question): string {
  if (defaultFrom) return ` (default: git's ${defaultFrom.slice('git:'.length)})`;
  return value === undefined || value === '' ? '' : ` (default: ${value})`;
}

/** What is typed takes at most this many columns next to its text; the text of a longer one is below it. */
const MAX_LEFT = 24;

/** Rows in two columns, the second one wrapped. */
function alignRows(rows: readonly Row[], width: number): string[] {
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= MAX_LEFT);
  const column = Math.max(0, ...fitting);
  return rows.flatMap(([left, right]) => {
    const texts = wrapText(right, width - column - 4);
    const isOwnLine = left.length > column;
    const [first = '', ...rest] = isOwnLine ? ['', ...texts] : texts;
    const typed = isOwnLine ? `  ${left}` : `  ${left.padEnd(column)}  ${first}`.trimEnd();
    return [typed, ...rest.map((text) => `${' '.repeat(column + 4)}${text}`)];
  });
}
