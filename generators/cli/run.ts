import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import { GitFailure } from '../git/process.ts';
import { wasStopped } from '../merge/signals.ts';
import { type Flags, requestFrom } from './arguments.ts';
import { COMMANDS, type CommandName, questionsFor } from './commands.ts';
import { helpLines } from './help.ts';
import { askPerson, type Prompter } from './prompts.ts';
import type { Door, Request } from './request.ts';

/** What a line of a shell comes down to at both doors: do it, say what was done; gives back the exit code. */
export async function runCommand(
  command: CommandName,
  positionals: readonly string[],
  flags: Flags,
  questions: readonly Question[],
  prompter: () => Promise<Prompter>,
): Promise<number> {
  const request = await requestFrom(positionals, flags, questions, command);
  const person = process.stdin.isTTY && process.stdout.isTTY && !request.json;
  const door: Door = {
    tell: (line) => process.stderr.write(`${line}\n`),
    ask: person
      ? async (question, suggested) => askPerson(await prompter(), question, suggested)
      : undefined,
  };
  const { outcome, lines, code } = await perform(command, request, door);
  print(request.json ? [JSON.stringify(outcome, null, 2)] : lines());
  return code;
}

interface Performed {
  outcome: object;
  lines: () => string[];
  code: number;
}

/** Each command's code is loaded when it is asked for. */
async function perform(command: CommandName, request: Request, door: Door): Promise<Performed> {
  if (command === 'new') {
    const { newRepository } = await import('../commands/new.ts');
    const { summary } = await import('./printing.ts');
    const outcome = await newRepository(request, door);
    return { outcome, lines: () => summary(outcome), code: 0 };
  }
  if (command === 'status') {
    const { repositoryStatus } = await import('../commands/status.ts');
    const { statusLines } = await import('../commands/upgrade/status-summary.ts');
    const outcome = await repositoryStatus(request);
    return { outcome, lines: () => statusLines(outcome), code: 0 };
  }
  const { changeRepository } = await import('../commands/upgrade/upgrade.ts');
  const { changeLines } = await import('../commands/upgrade/change-summary.ts');
  const outcome = await changeRepository(command, request, door);
  const code = outcome.conflicts.length > 0 && !outcome.dryRun ? 1 : 0;
  return { outcome, lines: () => changeLines(outcome), code };
}

/** The page of --help, for the command as this door calls it. */
export function helpPage(
  shown: string,
  questions: readonly Question[],
  command: CommandName = 'new',
): string[] {
  const { does, usage } = COMMANDS[command];
  const inProgress = command === 'new' || command === 'status' ? '' : ' 1 conflicts to settle,';
  return [
    does,
    '',
    `Usage: ${[shown, usage, '[FLAGS]'].filter(Boolean).join(' ')}`,
    '',
    ...helpLines(questionsFor(command, questions), command),
    '',
    `Exit codes: 0 done,${inProgress} 2 refused (nothing changed), 3 a fault of ours, 130 cancelled.`,
  ];
}

/** Lines to standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What went wrong as one message with an exit code. */
export function failure(error: unknown): { message: string; code: number } {
  if (wasStopped()) return { message: 'Cancelled; everything is as it was.', code: 130 };
  if (error instanceof Refusal) return { message: error.message, code: error.code };
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { message: 'Cancelled; nothing was written.', code: 130 };
  }
  if (error instanceof GitFailure && error.surroundings) {
    return { message: `${error.message}. Nothing was changed.`, code: 2 };
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
