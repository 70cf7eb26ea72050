#!/usr/bin/env node
import { blocksOf, parseCommandLine, requestFrom } from './app/arguments.ts';
import { helpLines } from './app/flags.ts';
import { type Door, newRepository, type Request } from './app/new.ts';
import { askPerson, type Prompter } from './app/prompt.ts';
import { summary } from './app/tell.ts';
import { discover } from './engine/discover.ts';
import { Refusal, suggest } from './engine/errors.ts';
import { release, templatesFolder } from './engine/package.ts';
import { type Question, questionsOf } from './engine/questions.ts';

/** The commands of this door, with what each one does. */
const COMMANDS = { new: 'write a new repository' };

/** Runs one command line; resolves to the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === '--version') return print([release().version]);
  const questions = questionsOf(discover(templatesFolder(), blocksOf(argv)));
  if (command === undefined || argv.includes('--help') || argv.includes('-h')) {
    return print(help(questions));
  }
  if (command !== 'new') {
    throw new Refusal(`"${command}" is not a command.${suggest(command, Object.keys(COMMANDS))}`);
  }
  const { positionals, flags } = parseCommandLine(rest, questions);
  const request = requestFrom(positionals, flags, questions);
  const outcome = await newRepository(request, doorFor(request));
  return print(request.json ? [JSON.stringify(outcome, null, 2)] : summary(outcome));
}

function doorFor(request: Request): Door {
  const person = process.stdin.isTTY && process.stdout.isTTY && !request.json;
  return {
    tell: (line) => process.stderr.write(`${line}\n`),
    ask: person
      ? async (question, suggested) => askPerson(await terminal(), question, suggested)
      : undefined,
  };
}

/** Yeoman's prompts, loaded only when there is a question to ask. */
async function terminal(): Promise<Prompter> {
  const { TerminalAdapter } = await import('@yeoman/adapter');
  return new TerminalAdapter() as unknown as Prompter;
}

function help(questions: readonly Question[]): string[] {
  return [
    'nimble-ml writes machine-learning repositories that train in their first minute.',
    '',
    'Usage: nimble-ml new [FOLDER] [FLAGS]',
    '',
    ...helpLines(questions),
    '',
    'Exit codes: 0 done, 2 refused (nothing changed), 3 a fault of ours.',
  ];
}

function print(lines: readonly string[]): number {
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const cancelled = error instanceof Error && error.name === 'ExitPromptError';
    const refused = error instanceof Refusal;
    const text = error instanceof Error ? (refused ? error.message : error.stack) : String(error);
    process.stderr.write(cancelled ? 'Cancelled; nothing was written.\n' : `${text}\n`);
    process.exitCode = cancelled ? 130 : refused ? error.code : 3;
  },
);
