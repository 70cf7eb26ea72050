import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCommands } from '../repository/readme.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'onboarding as written',
  nightly: 2,
  from: 2,
  needs: ['train'],
  after: ['check', 'evaluate', 'report', 'predict', 'dvc', 'image', 'hooks'],
  run: typePage,
};

/** These install the same and say the same each time; once in a clone is enough. */
const ONCE = /^uv (sync|run poe check)\b/;

/** docs/onboarding.md from its first command to its last; a run that was made again is equal. */
async function typePage(room: Room): Promise<string> {
  const page = await readFile(join(room.clone, 'docs', 'onboarding.md'), 'utf8');
  const commands = parseCommands(page);
  const branch = (await room.run('git', ['branch', '--show-current'])).stdout.trim();
  const done: string[] = [];
  try {
    for (const command of commands) {
      if (ONCE.test(command) && room.facts.typed.has(command)) continue;
      // Ends in 1 when two runs differ, as these do.
      const mayFail = /\bpoe compare\b/.test(command);
      const { code, output } = await room.type(command, { seconds: 1200, mayFail });
      if (code > 1) throw new Wrong(`"${command}" ended in ${code}:\n${output}`);
      done.push(`$ ${command}\n${output}`);
    }
  } finally {
    await room.run(room.machine.uv, ['tool', 'run', 'prek@0.5.11', 'uninstall'], { mayFail: true });
    await room.run('git', ['switch', '--quiet', branch], { mayFail: true });
  }
  const compared = done.find((text) => text.startsWith('$ uv run poe compare')) ?? '';
  if (!compared.includes('seed')) {
    throw new Wrong(`"poe compare" does not name the seed, which is what changed:\n${compared}`);
  }
  return `${commands.length} commands`;
}
