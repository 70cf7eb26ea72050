import type { Given } from '../engine/answers.ts';
import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import type { Flags } from './arguments.ts';
import { argumentRange, type Command } from './command.ts';
import { FLAGS, type FlagValues } from './flags.ts';

/** What the user asked a command for. */
export interface Request extends FlagValues {
  /** What follows the command's name. */
  args: readonly string[];
  /** Answers of the flags and the answers file, by key. */
  given: Given;
}

/** A request from allowed flags; the answers file fills what the flags leave open. */
export async function makeRequest(
  command: Command,
  args: readonly string[],
  flags: Flags,
  questions: readonly Question[],
): Promise<Request> {
  checkArguments(command, args);
  const answers = [...questions, ...ANSWER_FLAGS].filter(({ flag }) => flags[flag] !== undefined);
  const file = flags.answers === undefined ? {} : await readAnswers(String(flags.answers));
  return {
    ...valuesOf(flags),
    args,
    given: { ...file, ...Object.fromEntries(answers.map(({ flag, key }) => [key, flags[flag]])) },
  };
}

const ANSWER_FLAGS = Object.entries(FLAGS)
  .filter(([, kind]) => 'isAnswer' in kind)
  .map(([key, { flag }]) => ({ key, flag }));

/** The value of every flag that is not an answer, given or not. */
function valuesOf(flags: Flags): FlagValues {
  const values = Object.entries(FLAGS)
    .filter(([, kind]) => !('isAnswer' in kind))
    .map(([key, kind]) => {
      const value = flags[kind.flag];
      if ('repeats' in kind) return [key, [value ?? []].flat().map(String)];
      return [key, 'value' in kind ? value : value === true];
    });
  return Object.fromEntries(values) as FlagValues;
}

function checkArguments(command: Command, args: readonly string[]): void {
  const { min, max } = argumentRange(command);
  const usage = `nimble-ml ${command.name} ${command.arguments}`.trimEnd();
  if (args.length > max) {
    throw new Refusal(`"${args[max]}" is one argument too many. Usage: ${usage}`);
  }
  if (args.length < min) {
    throw new Refusal(`"${command.name}" needs more arguments. Usage: ${usage}`);
  }
}

async function readAnswers(path: string): Promise<Given> {
  const { readAnswersFile } = await import('./answers-file.ts');
  return readAnswersFile(path);
}
