import { readCommands } from '../repository/readme.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'poe predict',
  needs: ['train'],
  after: ['evaluate'],
  run: predict,
};

/** As the README shows it, on a file that is there. */
async function predict(room: Room): Promise<string> {
  const commands = await readCommands(room.clone);
  const lines = commands.filter((line) => /\bpoe (predict|ask)\b/.test(line));
  if (lines.length === 0) throw new Wrong('"README.md" does not show how to predict, or to ask');
  let answers = 0;
  for (const line of lines) {
    const { stdout } = await room.type(line);
    const printed = stdout.split('\n').filter((text) => text.trim() && !text.startsWith('Poe =>'));
    if (printed.length === 0) throw new Wrong(`"${line}" printed nothing`);
    answers += printed.length;
  }
  return `${answers} lines`;
}
