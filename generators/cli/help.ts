import type { Question } from '../engine/questions.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';

/** The page of --help of a command, under the name that the user types. */
export function helpPage(
  typed: string,
  command: Command,
  questions: readonly Question[],
): string[] {
  const conflicts = command.exitCode ? ' 1 conflicts to resolve,' : '';
  return [
    command.summary,
    '',
    `Usage: ${[typed, command.arguments, '[FLAGS]'].filter(Boolean).join(' ')}`,
    '',
    ...flagLines(command, questions),
    '',
    `Exit codes: 0 done,${conflicts} 2 refused (nothing changed), 3 internal error, 130 interrupted.`,
  ];
}

/** A line for every command, each with its arguments. */
export function commandLines(commands: readonly Command[]): string[] {
  const rows = commands.map((command) => [
    `nimble-ml ${command.name} ${command.arguments}`.trimEnd(),
    command.summary,
  ]);
  return ['Commands:', ...alignRows(rows)];
}

/** A line for every flag: those of the questions first. */
export function flagLines(command: Command, questions: readonly Question[]): string[] {
  return alignRows([
    ...questionRows(questions.filter(command.asks)),
    ...flagsOf(command.flags).map(({ flag, short, value, help }) => [
      `${short ? `-${short}, ` : ''}--${flag}${value ? ` ${value}` : ''}`,
      help,
    ]),
    ['-h, --help', 'print this page'],
    ['--version', 'print the version'],
  ]);
}

/** One row per flag; modalities that share a flag share its row. */
function questionRows(questions: readonly Question[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const question of questions) {
    const left =
      question.type === 'yes-no'
        ? `--[no-]${question.flag}`
        : `--${question.flag} ${nameValue(question)}`;
    const line = `${question.help}${showDefault(question)}`;
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

function alignRows(rows: readonly string[][]): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`);
}
