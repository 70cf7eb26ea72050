import { flagsOf } from '../engine/common-flags.ts';
import type { Question } from '../engine/questions.ts';

/** The lines of --help: every question's flag, then those that are no questions. */
export function helpLines(questions: readonly Question[], command = 'new'): string[] {
  const rows = [
    ...questionRows(questions),
    ...flagsOf(command).map(({ flag, short, value, help }) => [
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
