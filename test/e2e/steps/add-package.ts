import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'uv add',
  needs: 'The written repository.',
  proves: 'A package can be added with `uv add`, also from another package index.',
  requires: ['write'],
  run: addPackages,
};

/** Edits pyproject.toml as uv does; `--frozen` leaves the lock and the environment alone. */
async function addPackages(workspace: Workspace): Promise<undefined> {
  const folder = join(workspace.scratch, 'add-package');
  await workspace.run('git', ['clone', '--quiet', workspace.repository, folder], {
    cwd: workspace.repository,
  });
  const add = (...args: string[]) =>
    workspace.run(workspace.machine.uv, ['add', '--frozen', ...args], { cwd: folder });
  await add('humanize>=4');
  await add('--index', 'ours=https://packages.example/simple', 'iniconfig>=2');
  const text = await readFile(join(folder, 'pyproject.toml'), 'utf8');
  for (const line of ['  "humanize>=4",', 'iniconfig = { index = "ours" }', 'name = "ours"']) {
    if (!text.includes(line)) throw new Failure(`uv add did not write "${line}":\n${text}`);
  }
  return undefined;
}
