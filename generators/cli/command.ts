import type { Answer } from '../engine/answers.ts';
import type { Question } from '../engine/questions.ts';
import type { ExitCode } from './exit-code.ts';
import type { FlagKey } from './flags.ts';
import type { Request } from './request.ts';

/** How a command talks to the user. */
export interface Ui {
  /** Prints a line about the progress. */
  print: (line: string) => void;
  /** Puts a question; undefined when there is no one to answer. */
  ask: ((question: Question, suggested: Answer | undefined) => Promise<Answer>) | undefined;
  /** Asks for a yes; undefined when there is no one to answer. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** Everything a command is. Its own code is loaded when it runs: every page of help loads this object. */
export interface Command<Result extends object = object> {
  name: string;
  /** The first line of its help. */
  summary: string;
  /** What follows its name, as the help shows it: `[N]` may be left out, `BLOCK…` may be repeated. */
  arguments: string;
  flags: readonly FlagKey[];
  /** Whether its flags may answer a question. */
  asks: (question: Question) => boolean;
  /** What its help calls an answer that is not given; undefined: the default of the question. */
  otherwise?: string;
  run: (request: Request, ui: Ui) => Promise<Result>;
  /** The result as lines to read; `--json` prints the result itself. */
  format: (result: Result) => string[];
  /** Undefined: a command that returns has done its work. */
  exitCode?: (result: Result) => ExitCode;
}

/** Keeps the type of the result inside of the command. */
export function defineCommand<Result extends object>(command: Command<Result>): Command {
  return command as unknown as Command;
}

/** Fewest and most arguments of a command. */
export function argumentRange(command: Pick<Command, 'arguments'>): { min: number; max: number } {
  const words = command.arguments.split(' ').filter(Boolean);
  return {
    min: words.filter((word) => !word.startsWith('[')).length,
    max: words.some((word) => word.endsWith('…')) ? Infinity : words.length,
  };
}
