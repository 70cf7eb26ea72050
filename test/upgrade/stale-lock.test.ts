import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBin } from '../support/bin.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { commit, expectRefused, read, repositoryOf, run } from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');

/** A uv for which a lock fits when it holds the text of pyproject.toml. */
const UV = [
  '#!/bin/sh',
  'if [ "$1 $2" = "lock --check" ]; then',
  '  cmp -s uv.lock pyproject.toml && exit 0',
  '  echo "error: The lockfile at uv.lock needs to be updated, but --check was provided." >&2; exit 1',
  'fi',
  'if [ "$1" = lock ]; then cp pyproject.toml uv.lock; fi',
].join('\n');

/** A PATH whose first `uv` is that one. */
function withUv(): { PATH: string } {
  const folder = temporaryFolder();
  writeFiles(folder, { uv: `${UV}\n` });
  chmodSync(join(folder, 'uv'), 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}

/** A repository whose lock fits. */
async function lockedRepository(): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, { 'uv.lock': read(folder, 'pyproject.toml') });
  return folder;
}

const update = (folder: string) => runBin(V1, ['update', '--yes'], { cwd: folder, env: withUv() });

describe.runIf(process.platform !== 'win32')('a lock that no longer fits pyproject.toml', () => {
  test('is named by status, and made and committed again by update', async () => {
    const folder = await lockedRepository();
    const status = () => run(V1, folder, ['status'], withUv());
    expect((await status()).stdout).not.toContain('uv.lock');
    commit(folder, { 'pyproject.toml': read(folder, 'pyproject.toml').replace('>=2,<3', '>=1') });
    expect((await status()).stdout).toContain(
      'uv.lock does not fit pyproject.toml, and CI fails. To lock the packages again: nimble-ml update',
    );
    const ended = await update(folder);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('uv.lock did not fit pyproject.toml, and was made again:');
    expect(git(folder, 'diff', '--name-only', 'HEAD^', 'HEAD')).toBe('uv.lock');
    expect((await status()).stdout).not.toContain('uv.lock');
  });

  test('is not committed together with what is not committed yet', async () => {
    const folder = await lockedRepository();
    commit(folder, { 'pyproject.toml': read(folder, 'pyproject.toml').replace('>=2,<3', '>=1') });
    writeFiles(folder, { 'notes/plan.md': 'not finished\n' });
    await expectRefused(folder, () => update(folder), 'notes/plan.md');
  });

  test('is the last thing that a merge in conflict speaks of', async () => {
    const folder = await lockedRepository();
    commit(folder, { 'pyproject.toml': 'mine\n', 'notes/plan.md': 'mine\n' });
    const ended = await run(V2, folder, ['phase', '2'], withUv());
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      /uv\.lock does not fit the merged pyproject\.toml; after the merge, lock it with\n {2}nimble-ml update\n$/,
    );
  });
});
