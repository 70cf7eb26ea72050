import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import { type Flags, requestFrom } from './arguments.ts';
import { helpLines } from './flags.ts';
import { newRepository } from './new.ts';
import { askPerson, type Prompter } from './prompt.ts';
import type { Door } from './request.ts';
import { summary } from './tell.ts';

/** What a line of a shell comes down to at both doors: write the repository, say what was done. */
export async function runNew(
  positionals: readonly string[],
  flags: Flags,
  questions: readonly Question[],
  prompter: () => Promise<Prompter>,
): Promise<void> {
  const request = await requestFrom(positionals, flags, questions);
  const person = process.stdin.isTTY && process.stdout.isTTY && !request.json;
  const door: Door = {
    tell: (line) => process.stderr.write(`${line}\n`),
    ask: person
      ? async (question, suggested) => askPerson(await prompter(), question, suggested)
      : undefined,
  };
  const outcome = await newRepository(request, door);
  print(request.json ? [JSON.stringify(outcome, null, 2)] : summary(outcome));
}

/** The page of --help, for the command as this door calls it. */
export function helpPage(command: string, questions: readonly Question[]): string[] {
  return [
    'Writes a machine-learning repository that trains in its first minute.',
    '',
    `Usage: ${command} [FOLDER] [FLAGS]`,
    '',
    ...helpLines(questions),
    '',
    'Exit codes: 0 done, 2 refused (nothing changed), 3 a fault of ours, 130 cancelled.',
  ];
}

/** Lines to standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What went wrong as one message with an exit code. */
export function failure(error: unknown): { message: string; code: number } {
  if (error instanceof Refusal) return { message: error.message, code: error.code };
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { message: 'Cancelled; nothing was written.', code: 130 };
  }
  const system = error instanceof Error && 'syscall' in error && isSurroundings(error);
  if (system) return { message: `${error.message}. Nothing was written.`, code: 2 };
  return { message: (error instanceof Error && error.stack) || String(error), code: 3 };
}

/** What the machine refuses: rights, space, limits. Not our fault, and nothing is left behind. */
const SURROUNDINGS = new Set(
  'EACCES EPERM EROFS ENOSPC EDQUOT ENOTDIR ENAMETOOLONG EEXIST ENOTEMPTY ELOOP EMFILE'.split(' '),
);

/** ENOENT is our own fault, unless a folder cannot be made: in /proc, behind a link to nothing. */
function isSurroundings(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return SURROUNDINGS.has(code ?? '') || (code === 'ENOENT' && syscall === 'mkdir');
}
