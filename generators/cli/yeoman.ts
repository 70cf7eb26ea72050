import Generator from 'yeoman-generator';
import { readCatalog } from '../commands/repository/catalog.ts';
import { type Question, questionsOf } from '../engine/questions.ts';
import { type CommandName, questionsFor } from './commands.ts';
import type { Prompter } from './prompts.ts';
import { failure, helpPage, runCommand } from './run.ts';
import { flagsFromYo, refuseSplit } from './yeoman-options.ts';

/** Yeoman asks for its help page at once and cannot wait, so the shipped questions are read beforehand. */
const shipped = questionsOf(await readCatalog([]));

/** A command behind Yeoman's door: the same as that of the bin. */
export function generatorFor(command: CommandName) {
  const shown = command === 'new' ? 'yo nimble-ml' : `yo nimble-ml:${command}`;
  return class extends Generator {
    constructor(...[args, options]: ConstructorParameters<typeof Generator>) {
      super(args, options, { customInstallTask: true }); // Yeoman would look for a package.json to install
    }

    override help(): string {
      return helpPage(shown, shipped, command).join('\n');
    }

    async writing(): Promise<void> {
      try {
        const questions = questionsFor(command, await this.#questions());
        const { positionals, flags } = flagsFromYo(this.args, this.options, questions, command);
        refuseSplit(process.argv);
        const prompter = async () => this.env.adapter as Prompter;
        process.exitCode = await runCommand(command, positionals, flags, questions, prompter);
      } catch (error) {
        const { message, code } = failure(error);
        throw Object.assign(new Error(message), { code });
      }
    }

    async #questions(): Promise<Question[]> {
      const { blocks } = this.options as { blocks?: string | string[] };
      const folders = [blocks ?? []].flat().map(String);
      return folders.length === 0 ? shipped : questionsOf(await readCatalog(folders));
    }
  };
}
