import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../machine/processes.ts';
import { parseCommands } from '../repository/readme.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'own pages as written',
  scope: 'once',
  run: followPages,
};

/** Lines that need another place than this step's shell, and where they are run instead. */
const ELSEWHERE: readonly [RegExp, string][] = [
  [/^npm test$/, 'what runs before every end-to-end run: .ci/run'],
  [/^npm run e2e\b/, 'this very run'],
  [/^yo nimble-ml churn$/, 'test/cli/prompts.test.ts, at a terminal, and the step yo'],
  [/^uv run poe ui$/, 'a server: the step readme starts it'],
  [/^git clone <this repository>/, 'the clone that this step works in'],
];

/** README.md and CONTRIBUTING.md from the first line to the last, in a fresh clone. */
async function followPages(room: Room): Promise<string> {
  const checkout = join(room.scratch, 'generator-nimble-ml');
  await room.run('git', ['clone', '--quiet', room.machine.checkout, checkout], {
    cwd: room.scratch,
  });
  const prefix = join(room.scratch, 'global');
  const path = [join(prefix, 'bin'), room.machine.env.PATH].join(':');
  const env = {
    ...room.machine.env,
    npm_config_prefix: prefix,
    PATH: path,
    TMPDIR: room.scratch,
  };
  let cwd = checkout;
  let typed = 0;
  const type = async (line: string): Promise<Outcome> => {
    typed += 1;
    return room.type(line, { cwd, env });
  };
  for (const page of ['README.md', 'CONTRIBUTING.md']) {
    cwd = checkout;
    for (const line of parseCommands(await readFile(join(checkout, page), 'utf8'))) {
      if (ELSEWHERE.some(([pattern]) => pattern.test(line))) continue;
      const folder = /^cd (\S+)$/.exec(line)?.[1];
      if (folder) cwd = join(cwd, folder);
      else if (line.startsWith('npm install -g')) {
        await type('npm pack --silent');
        await type(line);
      } else await type(line);
    }
  }
  const changed = (await type('git status --porcelain test')).stdout;
  if (changed) throw new Wrong(`"npm run golden" changed what was committed:\n${changed}`);
  return `${typed} lines`;
}
