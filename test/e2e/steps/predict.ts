import { readCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe predict',
  needs: 'A trained clone.',
  proves: 'The prediction commands of the README print predictions.',
  requires: ['train'],
  after: ['evaluate'],
  run: predict,
};

/** As the README shows it, on a file that is there. */
async function predict(workspace: Workspace): Promise<string> {
  const commands = await readCommands(workspace.clone);
  const lines = commands.filter((line) => /\bpoe (predict|ask)\b/.test(line));
  if (lines.length === 0) throw new Failure('"README.md" does not show how to predict, or to ask');
  let answers = 0;
  for (const line of lines) {
    const { stdout } = await workspace.shell(line);
    const printed = stdout.split('\n').filter((text) => text.trim() && !text.startsWith('Poe =>'));
    if (printed.length === 0) throw new Failure(`"${line}" printed nothing`);
    answers += printed.length;
  }
  return `${answers} lines`;
}
