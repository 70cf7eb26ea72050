import Generator from 'yeoman-generator';
import { discover } from '../engine/discover.ts';
import { templatesFolder } from '../engine/package.ts';
import { type Question, questionsOf } from '../engine/questions.ts';
import { failure, helpPage, runCommand } from './door.ts';
import type { Prompter } from './prompt.ts';
import { flagsFromYo, refuseSplit } from './yo.ts';

/** Yeoman asks for its help page at once and cannot wait, so the shipped questions are read beforehand. */
const shipped = questionsOf(await discover(templatesFolder()));

/** `yo nimble-ml [folder]`: the same command as `nimble-ml new`, behind Yeoman's door. */
export default class App extends Generator {
  constructor(...[args, options]: ConstructorParameters<typeof Generator>) {
    super(args, options, { customInstallTask: true }); // Yeoman would look for a package.json to install
  }

  override help(): string {
    return helpPage('yo nimble-ml', shipped).join('\n');
  }

  async writing(): Promise<void> {
    try {
      const questions = await this.#questions();
      const { positionals, flags } = flagsFromYo(this.args, this.options, questions);
      refuseSplit(process.argv);
      await runCommand(
        'new',
        positionals,
        flags,
        questions,
        async () => this.env.adapter as Prompter,
      );
    } catch (error) {
      const { message, code } = failure(error);
      throw Object.assign(new Error(message), { code });
    }
  }

  async #questions(): Promise<Question[]> {
    const { blocks } = this.options as { blocks?: string | string[] };
    const folders = [blocks ?? []].flat().map(String);
    return folders.length === 0 ? shipped : questionsOf(await discover(templatesFolder(), folders));
  }
}
