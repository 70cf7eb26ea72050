import Generator from 'yeoman-generator';
import { collectFlags } from './arguments.ts';
import type { Command } from './command.ts';
import { describeFailure, EXIT } from './exit-code.ts';
import { helpPage, paintTitles } from './help.ts';
import { messageLines } from './printing.ts';
import type { Prompter } from './prompts.ts';
import { readQuestions } from './questions.ts';
import { runCommand } from './run.ts';
import { flagsFromYeoman, refuseSplit } from './yeoman-options.ts';

/** Yeoman asks for its help page at once and cannot wait, so the shipped questions are read beforehand. */
const shipped = await readQuestions([]);

/** Ctrl-C at a prompt ends yo as it ends the executable: Yeoman would print "Error" and the command line before. */
function endWhenInterrupted(adapter: Prompter): Prompter {
  return {
    prompt: async (questions) => {
      try {
        return await adapter.prompt(questions);
      } catch (error) {
        const { message, code } = describeFailure(error);
        if (code !== EXIT.interrupted) throw error;
        process.stderr.write(`${message}\n`);
        process.exit(code);
      }
    },
  };
}

/** A command as a Yeoman generator: the same as on the command line. */
export function generatorFor(command: Command) {
  const typed = command.name === 'new' ? 'yo nimble-ml' : `yo nimble-ml:${command.name}`;
  return class extends Generator {
    constructor(...[args, options]: ConstructorParameters<typeof Generator>) {
      super(args, options, { customInstallTask: true }); // Yeoman would look for a package.json to install
    }

    override help(): string {
      return paintTitles(helpPage(typed, command, shipped)).join('\n');
    }

    async writing(): Promise<void> {
      try {
        const questions = (await this.#questions()).filter(command.asks);
        const flags = collectFlags(flagsFromYeoman(this.options), command, questions);
        refuseSplit(process.argv);
        const line = { args: this.args.map(String), flags };
        const prompter = async () => endWhenInterrupted(this.env.adapter as Prompter);
        process.exitCode = await runCommand(command, line, questions, prompter);
      } catch (error) {
        const { message, code } = describeFailure(error);
        throw Object.assign(new Error(messageLines(message).join('\n')), { code });
      }
    }

    async #questions(): ReturnType<typeof readQuestions> {
      const { blocks } = this.options as { blocks?: string | string[] };
      const folders = [blocks ?? []].flat().map(String);
      return folders.length === 0 ? shipped : readQuestions(folders);
    }
  };
}
