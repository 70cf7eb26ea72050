import Generator from 'yeoman-generator';
import { collectFlags } from './arguments.ts';
import type { Command } from './command.ts';
import { describeFailure } from './exit-code.ts';
import { helpPage } from './help.ts';
import type { Prompter } from './prompts.ts';
import { readQuestions } from './questions.ts';
import { runCommand } from './run.ts';
import { flagsFromYeoman, refuseSplit } from './yeoman-options.ts';

/** Yeoman asks for its help page at once and cannot wait, so the shipped questions are read beforehand. */
const shipped = await readQuestions([]);

/** Yeoman ends yo with the error of a prompt before it can be replaced, so that very error gets our message and exit code. */
function explainInterruption(adapter: Prompter): Prompter {
  return {
    prompt: async (questions) => {
      try {
        return await adapter.prompt(questions);
      } catch (error) {
        throw Object.assign(error as Error, describeFailure(error));
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
      return helpPage(typed, command, shipped).join('\n');
    }

    async writing(): Promise<void> {
      try {
        const questions = (await this.#questions()).filter(command.asks);
        const flags = collectFlags(flagsFromYeoman(this.options), command, questions);
        refuseSplit(process.argv);
        const line = { args: this.args.map(String), flags };
        const prompter = async () => explainInterruption(this.env.adapter as Prompter);
        process.exitCode = await runCommand(command, line, questions, prompter);
      } catch (error) {
        const { message, code } = describeFailure(error);
        throw Object.assign(new Error(message), { code });
      }
    }

    async #questions(): ReturnType<typeof readQuestions> {
      const { blocks } = this.options as { blocks?: string | string[] };
      const folders = [blocks ?? []].flat().map(String);
      return folders.length === 0 ? shipped : readQuestions(folders);
    }
  };
}
