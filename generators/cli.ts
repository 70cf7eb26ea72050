#!/usr/bin/env node
import { blocksOf, parseCommandLine } from './cli/arguments.ts';
import { COMMANDS, isCommand, questionsFor } from './cli/commands.ts';
import type { Prompter } from './cli/prompts.ts';
import { failure, helpPage, print, runCommand } from './cli/run.ts';
import { readCatalog } from './commands/repository/catalog.ts';
import { Refusal, suggest } from './engine/errors.ts';
import { release } from './engine/package.ts';
import { questionsOf } from './engine/questions.ts';

/** Runs one command line; gives back the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const [command = '', ...rest] = argv;
  if (command === '--version') return tell([release().version]);
  const help = command === '' || asksForHelp(argv);
  if (!help && !isCommand(command)) {
    throw new Refusal(`"${command}" is not a command.${suggest(command, Object.keys(COMMANDS))}`);
  }
  const catalog = await readCatalog(blocksOf(argv));
  const questions = questionsOf(catalog);
  if (!isCommand(command)) {
    return tell([...helpPage('nimble-ml new', questions), '', ...commandLines()]);
  }
  if (help) return tell(helpPage(`nimble-ml ${command}`, questions, command));
  const own = questionsFor(command, questions);
  const { positionals, flags } = parseCommandLine(rest, own, command);
  return runCommand(command, positionals, flags, own, terminal);
}

function tell(lines: readonly string[]): number {
  print(lines);
  return 0;
}

/** The other commands, each with its own page of help. */
function commandLines(): string[] {
  const rows = Object.entries(COMMANDS).map(([name, { usage, does }]) => {
    return [`nimble-ml ${name} ${usage}`.trimEnd(), does] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return ['Commands:', ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)];
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

main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    const { message, code } = failure(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = code;
  });
