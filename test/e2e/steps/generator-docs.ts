import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../machine/processes.ts';
import { parseCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Pages of the generator as written',
  needs: 'The packed checkout, and npm.',
  proves:
    'Every command of README.md and CONTRIBUTING.md works in a fresh clone, and goldens and generated pages are as committed.',
  scope: 'generator',
  run: followPages,
};

/** Lines that this step does not run, and where they are run instead. */
const ELSEWHERE: readonly [RegExp, string][] = [
  [/^npm test$/, 'what runs before every end-to-end run: .ci/run'],
  [/^npm run e2e\b/, 'this very run'],
  [/^yo nimble-ml churn$/, 'test/cli/prompts.test.ts, at a terminal, and the step yo'],
  [/^uv run poe ui$/, 'a server: the step readme starts it'],
  [/^git clone <this repository>/, 'the clone that this step works in'],
];

/** README.md and CONTRIBUTING.md from the first line to the last, in a fresh clone, with an empty home folder. */
async function followPages(workspace: Workspace): Promise<string> {
  const checkout = join(workspace.scratch, 'generator-nimble-ml');
  await workspace.run('git', ['clone', '--quiet', workspace.machine.source, checkout], {
    cwd: workspace.scratch,
  });
  const prefix = join(workspace.scratch, 'global');
  const path = [join(prefix, 'bin'), workspace.machine.env.PATH].join(':');
  const home = join(workspace.scratch, 'empty-home');
  await mkdir(home);
  const cache = await workspace.run(workspace.machine.uv, ['cache', 'dir'], { cwd: home });
  const env = {
    ...workspace.machine.env,
    HOME: home,
    // Downloads are shared with the other steps; nothing else of the user's home is there.
    UV_CACHE_DIR: cache.stdout.trim(),
    npm_config_cache: join(workspace.machine.cache, 'npm'),
    npm_config_prefix: prefix,
    PATH: path,
    TMPDIR: workspace.scratch,
  };
  let cwd = checkout;
  let count = 0;
  const run = async (line: string): Promise<Outcome> => {
    count += 1;
    return workspace.shell(line, { cwd, env });
  };
  for (const page of ['README.md', 'CONTRIBUTING.md']) {
    cwd = checkout;
    for (const line of parseCommands(await readFile(join(checkout, page), 'utf8'))) {
      if (ELSEWHERE.some(([pattern]) => pattern.test(line))) continue;
      const folder = /^cd (\S+)$/.exec(line)?.[1];
      if (folder) cwd = join(cwd, folder);
      else await run(line);
    }
  }
  cwd = checkout;
  const changed = (await run('git status --porcelain')).stdout;
  if (changed)
    throw new Failure(`the commands of the pages changed what was committed:\n${changed}`);
  return `${count} lines`;
}
