import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Onboarding page as written',
  needs: 'A trained clone.',
  proves: 'Every command of docs/onboarding.md works in order, and a reproduced run is equal.',
  from: 2,
  requires: ['train'],
  after: ['check', 'evaluate', 'report', 'predict', 'dvc', 'image', 'hooks'],
  run: typePage,
};

/** These install the same and say the same each time; once in a clone is enough. */
const ONCE = /^uv (sync|run poe check)\b/;

/** docs/onboarding.md from its first command to its last; a run that was made again is equal. */
async function typePage(workspace: Workspace): Promise<string> {
  const page = await readFile(join(workspace.clone, 'docs', 'onboarding.md'), 'utf8');
  const commands = parseCommands(page);
  const branch = (await workspace.run('git', ['branch', '--show-current'])).stdout.trim();
  const done: string[] = [];
  try {
    for (const command of commands) {
      if (ONCE.test(command) && workspace.facts.linesRun.has(command)) continue;
      // Ends in 1 when two runs differ, as these do.
      const mayFail = /\bpoe compare\b/.test(command);
      const { code, output } = await workspace.shell(command, { seconds: 1200, mayFail });
      if (code > 1) throw new Failure(`"${command}" ended in ${code}:\n${output}`);
      done.push(`$ ${command}\n${output}`);
    }
  } finally {
    await workspace.run(workspace.machine.uv, ['tool', 'run', 'prek@0.5.11', 'uninstall'], {
      mayFail: true,
    });
    await workspace.run('git', ['switch', '--quiet', branch], { mayFail: true });
  }
  const compared = done.find((text) => text.startsWith('$ uv run poe compare')) ?? '';
  if (!compared.includes('seed')) {
    throw new Failure(`"poe compare" does not name the seed, which is what changed:\n${compared}`);
  }
  return `${commands.length} commands`;
}
