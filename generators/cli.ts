#!/usr/bin/env node
import { blocksOf, parseCommandLine } from './app/arguments.ts';
import { failure, helpPage, print, runNew } from './app/door.ts';
import type { Prompter } from './app/prompt.ts';
import { discover } from './engine/discover.ts';
import { Refusal, suggest } from './engine/errors.ts';
import { release, templatesFolder } from './engine/package.ts';
import { questionsOf } from './engine/questions.ts';

/** The commands of this door. */
const COMMANDS = ['new'];

/** Runs one command line. */
async function main(argv: readonly string[]): Promise<void> {
  const [command, ...rest] = argv;
  if (command === '--version') return print([release().version]);
  const questions = questionsOf(await discover(templatesFolder(), blocksOf(argv)));
  if (command === undefined || asksForHelp(argv)) {
    return print(helpPage('nimble-ml new', questions));
  }
  if (!COMMANDS.includes(command)) {
    throw new Refusal(`"${command}" is not a command.${suggest(command, COMMANDS)}`);
  }
  const { positionals, flags } = parseCommandLine(rest, questions);
  return runNew(positionals, flags, questions, terminal);
}

/** What follows "--" is a folder, whatever it is called. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  return flags.includes('--help') || flags.includes('-h');
}

/** Yeoman's prompts, loaded only when there is a question to ask. */
async function terminal(): Promise<Prompter> {
  const { TerminalAdapter } = await import('@yeoman/adapter');
  return new TerminalAdapter() as unknown as Prompter;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, code } = failure(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
});
