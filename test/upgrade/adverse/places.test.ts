// Folders, dates and submodules for which the output of git was once read wrongly.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import {
  asGrace,
  commit,
  conflictsIn,
  edited,
  expectFinished,
  expectRefused,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, env: Record<string, string> = {}) =>
  run(V2, folder, ['phase', '2'], env);
const isPosix = process.platform !== 'win32';

/** A repository of phase 1 in a folder of this name. */
async function repositoryNamed(name: string): Promise<string> {
  const folder = await repositoryOf(V1);
  const renamed = join(folder, '..', name);
  renameSync(folder, renamed);
  return renamed;
}

describe.runIf(isPosix)('a folder whose name holds', () => {
  test.each(['tab\there', 'escape \u001b[31m', 'bell\u0007', 'quote " and \\'])(
    '%j is upgraded as any other',
    async (name) => {
      const folder = await repositoryNamed(name);
      commit(folder, edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'));
      await expectFinished(folder, () => upgrade(folder));
      expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    },
  );

  test.each(['line\nbreak', 'return\rhere'])('%j is refused in one line', async (name) => {
    const folder = await repositoryNamed(name);
    await expectRefused(folder, () => upgrade(folder), /holds a line break.*Rename the folder/);
  });
});

test.runIf(process.platform === 'linux')(
  'a folder whose name is not UTF-8 is refused in one line, and so is one that is gone',
  () => {
    const parent = temporaryFolder();
    const cli = join(V2, 'dist/generators/cli.js');
    const start = (script: string) =>
      execFileSync('sh', ['-c', `${script}; echo "exit $?"`], { cwd: parent, encoding: 'utf8' });
    const inLatin1 = start(
      `mkdir "$(printf 'caf\\351')" && cd "$(printf 'caf\\351')" && "${process.execPath}" "${cli}" status 2>&1`,
    );
    expect(inLatin1).toMatch(/^".*" is not spelt in UTF-8.*\nexit 2\n$/);
    const gone = start(
      `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${cli}" status 2>&1`,
    );
    expect(gone).toMatch(/^The current folder is gone.*\nexit 2\n$/);
  },
);

describe('a date that git does not take is refused by the name of its variable', () => {
  test.each([
    ['GIT_AUTHOR_DATE', '1950-01-01T00:00:00Z'],
    ['GIT_COMMITTER_DATE', '2150-01-01'],
    ['GIT_COMMITTER_DATE', 'nonsense'],
    ['GIT_AUTHOR_DATE', '18446744073709551999 +0000'],
  ])('%s=%s', async (name, value) => {
    const folder = await repositoryOf(V1);
    const reason = `${name} is "${value}", which git does not take.`;
    await expectRefused(folder, () => upgrade(folder, { [name]: value }), reason, stateOf);
  });

  test('also where git knows no user', async () => {
    const folder = await repositoryOf(V1);
    const env = { GIT_AUTHOR_DATE: 'nonsense', HOME: temporaryFolder() };
    await expectRefused(folder, () => upgrade(folder, env), 'GIT_AUTHOR_DATE', stateOf);
  });
});

/** All but objects, which nothing refers to. */
function stateOf(folder: string): object {
  const refs = git(folder, 'for-each-ref');
  const reflog = git(folder, 'reflog');
  return { refs, reflog, status: git(folder, 'status', '--porcelain') };
}

test('a submodule at a path that the upgrade adds is an ordinary conflict', async () => {
  const folder = await repositoryOf(V1);
  const library = join(temporaryFolder(), 'library');
  mkdirSync(library);
  git(library, 'init', '--quiet');
  commit(library, { 'a.txt': 'a\n' });
  const allow = ['-c', 'protocol.file.allow=always'];
  git(folder, ...allow, 'submodule', '--quiet', 'add', library, 'gate.txt');
  asGrace(folder, 'commit', '--quiet', '-m', 'A submodule');
  const ended = await upgrade(folder);
  expect(ended, ended.stderr).toMatchObject({ code: 1 });
  expect(conflictsIn(folder)).toContain('gate.txt');
  expect(read(folder, 'gate.txt/a.txt')).toBe('a\n');
});
