#!/usr/bin/env node
import { findBlocksFolders, parseCommandLine } from './cli/arguments.ts';
import { commands } from './cli/command-list.ts';
import { checkCurrentFolder } from './cli/current-folder.ts';
import { describeFailure, EXIT, type ExitCode } from './cli/exit-code.ts';
import { commandLines, helpPage, paintTitles } from './cli/help.ts';
import { describeLostOutput, messageLines, printLines, watchOutput } from './cli/printing.ts';
import type { Prompter } from './cli/prompts.ts';
import { readQuestions } from './cli/questions.ts';
import { runCommand } from './cli/run.ts';
import newCommand from './commands/new.ts';
import { Refusal, suggest } from './engine/errors.ts';
import { release } from './engine/package.ts';

/** Runs one command line. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name = '', ...rest] = argv;
  if (hasFlag(argv, '--version')) return print([release().version]);
  const command = commands.find((one) => one.name === name);
  const help = name === '' || hasFlag(argv, '--help', '-h');
  if (!help && !command) {
    const names = commands.map((one) => one.name);
    throw new Refusal(`"${name}" is not a command.${suggest(name, names)}`);
  }
  checkCurrentFolder();
  const questions = await readQuestions(findBlocksFolders(argv));
  if (!command) {
    const page = helpPage('nimble-ml new', newCommand, questions);
    return print(paintTitles([...page, '', ...commandLines(commands)]));
  }
  if (help) return print(paintTitles(helpPage(`nimble-ml ${name}`, command, questions)));
  const asked = questions.filter(command.asks);
  return runCommand(command, parseCommandLine(rest, command, asked), asked, openTerminal);
}

async function print(lines: readonly string[]): Promise<ExitCode> {
  if (!(await printLines(lines))) throw new Refusal(describeLostOutput());
  return EXIT.done;
}

/** Whether one of these flags is given; what follows "--" is an argument, whatever it is called. */
function hasFlag(argv: readonly string[], ...flags: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => flags.includes(word));
}

/** Yeoman's prompts, loaded only when there is a question to ask. */
async function openTerminal(): Promise<Prompter> {
  const { TerminalAdapter } = await import('@yeoman/adapter');
  return new TerminalAdapter() as unknown as Prompter;
}

watchOutput();
main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    const { message, code } = describeFailure(error);
    process.stderr.write(`${messageLines(message).join('\n')}\n`);
    process.exitCode = code;
  });
