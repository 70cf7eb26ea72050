import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import type { Flags } from './arguments.ts';
import type { Command, Ui } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { describeLostOutput, printLines } from './printing.ts';
import { askUser, confirmWithUser, type Prompter } from './prompts.ts';
import { makeRequest } from './request.ts';

/** Runs a command and prints its result; the same for the command line and for Yeoman. */
export async function runCommand(
  command: Command,
  { args, flags }: { args: readonly string[]; flags: Flags },
  questions: readonly Question[],
  prompter: () => Promise<Prompter>,
): Promise<ExitCode> {
  const request = await makeRequest(command, args, flags, questions);
  const isInteractive = process.stdin.isTTY && process.stdout.isTTY && !request.json;
  const ui: Ui = {
    print: (line) => process.stderr.write(`${line}\n`),
    ask: isInteractive
      ? async (question, suggested) => askUser(await prompter(), question, suggested)
      : undefined,
    confirm:
      isInteractive && !request.yes
        ? async (question) => confirmWithUser(await prompter(), question)
        : undefined,
  };
  const result = await command.run(request, ui);
  const lines = request.json ? [JSON.stringify(result, null, 2)] : command.format(result);
  if (!(await printLines(lines))) {
    const changesNothing = request.dryRun || !command.flags.includes('dryRun');
    if (changesNothing) throw new Refusal(describeLostOutput());
    ui.print(`${describeLostOutput()} The command itself has done its work.`);
  }
  return command.exitCode?.(result) ?? EXIT.done;
}
