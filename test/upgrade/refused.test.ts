import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBin } from '../support/bin.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import {
  asGrace,
  commit,
  edited,
  expectRefused,
  expectSound,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { snapshotFiles } from './support/snapshot.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, ...more: string[]) => run(V2, folder, ['phase', '2', ...more]);
const isRoot = process.getuid?.() === 0;

describe('refused, with nothing changed:', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a tracked file that is edited and not committed',
      (folder) => writeFiles(folder, edited(folder, 'notes/plan.md', 'Point', 'My point')),
      /notes\/plan\.md.*(commit|stash)/,
    ],
    [
      'a tracked file that is deleted and not committed',
      (folder) => rmSync(join(folder, 'notes/plan.md')),
      /notes\/plan\.md/,
    ],
    [
      'a change that is staged and not committed',
      (folder) => {
        writeFiles(folder, { 'new.txt': 'new' });
        git(folder, 'add', 'new.txt');
      },
      /new\.txt/,
    ],
    [
      'a merge in progress',
      (folder) => {
        asGrace(folder, 'switch', '--quiet', '-c', 'side');
        commit(folder, { 'x.txt': 'side\n' });
        asGrace(folder, 'switch', '--quiet', 'main');
        commit(folder, { 'x.txt': 'main\n' });
        expect(() => asGrace(folder, 'merge', 'side')).toThrow();
      },
      /merge.*git merge --abort/,
    ],
    [
      'a rebase in progress',
      (folder) => {
        asGrace(folder, 'switch', '--quiet', '-c', 'side');
        commit(folder, { 'x.txt': 'side\n' });
        asGrace(folder, 'switch', '--quiet', 'main');
        commit(folder, { 'x.txt': 'main\n' });
        expect(() => asGrace(folder, 'rebase', 'side')).toThrow();
      },
      /rebase/,
    ],
    [
      'a cherry-pick in progress',
      (folder) => {
        asGrace(folder, 'switch', '--quiet', '-c', 'side');
        commit(folder, { 'x.txt': 'side\n' });
        asGrace(folder, 'switch', '--quiet', 'main');
        commit(folder, { 'x.txt': 'main\n' });
        expect(() => asGrace(folder, 'cherry-pick', 'side')).toThrow();
      },
      /cherry-pick/,
    ],
    [
      'a bisect in progress',
      (folder) => {
        git(folder, 'bisect', 'start');
      },
      /bisect/,
    ],
  ])('%s', async (_what, prepare, reason) => {
    const folder = await repositoryOf(V1);
    prepare(folder);
    await expectRefused(folder, () => upgrade(folder), reason);
  });

  test('a folder outside every repository', async () => {
    const folder = await repositoryOf(V1);
    rmSync(join(folder, '.git'), { recursive: true });
    await expectRefused(folder, () => upgrade(folder), /not in a git repository/, snapshotFiles);
  });

  test('a repository without a commit', async () => {
    const folder = await repositoryOf(V1);
    rmSync(join(folder, '.git'), { recursive: true });
    git(folder, 'init', '--quiet');
    await expectRefused(folder, () => upgrade(folder), /no commit/, snapshotFiles);
  });

  test('a bare repository', async () => {
    const folder = await repositoryOf(V1);
    const bare = join(temporaryFolder(), 'bare.git');
    git(folder, 'clone', '--quiet', '--bare', folder, bare);
    await expectRefused(bare, () => upgrade(bare), /bare/, snapshotFiles);
  });

  test('a .git folder', async () => {
    const folder = await repositoryOf(V1);
    await expectRefused(folder, () => upgrade(join(folder, '.git')), 'is in a .git folder');
  });

  test('a repository that nimble-ml did not write', async () => {
    const folder = temporaryFolder();
    git(folder, 'init', '--quiet');
    commit(folder, { 'a.txt': 'a\n' });
    await expectRefused(folder, () => upgrade(folder), /\.yo-rc\.json/);
  });

  test.runIf(isRoot)('a repository of another user, which git distrusts', async () => {
    const folder = await repositoryOf(V1);
    for (const name of ['', '.git']) chownSync(join(folder, name), 12345, 12345);
    await expectRefused(folder, () => upgrade(folder), /safe\.directory/);
  });

  test.each([
    ['1', /phase 1.*phase 2|phase 2.*phase 1/],
    ['9', /"9"/],
    ['zwei', /"zwei"/],
  ])('phase %s of a repository at phase 2', async (wanted, reason) => {
    const folder = await repositoryOf(V1, ['--phase=2']);
    await expectRefused(folder, () => run(V1, folder, ['phase', wanted]), reason);
  });

  test('older templates than the repository has, both versions named', async () => {
    const folder = await repositoryOf(V2);
    await expectRefused(
      folder,
      () => run(V1, folder, ['phase', '2']),
      /0\.2\.0.*0\.1\.0|0\.1\.0.*0\.2\.0/,
    );
  });

  test('a question that the phase brings, without a terminal or an answer', async () => {
    const folder = await repositoryOf(V1);
    await expectRefused(
      folder,
      () => runBin(V1, ['phase', '2', '--skip-install'], { cwd: folder }),
      /--keeper is not answered/,
    );
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown flag', ['phase', '2', '--keper=x'], /Did you mean "--keeper"/],
    ['a modality: it cannot change', ['phase', '2', '--modality=vision'], /--modality/],
    ['an argument too many', ['phase', '2', '3'], /"3"/],
    ['an unknown block', ['add', 'replacment'], /Did you mean "replacement"/],
    ['nothing to add', ['add'], /block/i],
    ['a second tracker next to the first', ['add', 'replacement'], /swap tracking replacement/],
    ['a block that others require', ['remove', 'tracker'], /"gate" requires "tracking"|requires/],
    ['a capability that no block provides', ['swap', 'trakking', 'replacement'], /tracking/],
    ['a provider of another capability', ['swap', 'tracking', 'extra'], /"extra"/],
    [
      'a path to restore that was never there',
      ['phase', '3', '--restore=nowhere.txt'],
      /nowhere\.txt/,
    ],
  ])('%s', async (_what, args, reason) => {
    const folder = await repositoryOf(V1, ['--phase=2']);
    await expectRefused(folder, () => run(V1, folder, args), reason);
  });

  test.each([
    [
      'cat-file',
      "error: unknown option `batch-command'\\nusage: git cat-file (-t | -s | -e | -p) <object>",
    ],
    ['merge-tree', 'usage: git merge-tree <base-tree> <branch1> <branch2>'],
  ])('a git that is too old for %s, its version named', async (command, says) => {
    const folder = await repositoryOf(V1);
    const tools = temporaryFolder();
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const script = `#!/bin/sh\ncase " $* " in\n*" --version "*|*" version "*) echo "git version 2.30.2";;\n*" ${command} "*) printf '%b\\n' "$SAYS" >&2; exit 129;;\n*) exec ${real} "$@";;\nesac\n`;
    writeFiles(tools, { git: script });
    chmodSync(join(tools, 'git'), 0o755);
    const env = { PATH: `${tools}:${process.env.PATH}`, SAYS: says };
    await expectRefused(
      folder,
      () => run(V2, folder, ['phase', '2'], env),
      /2\.30\.2.*2\.38|2\.38.*2\.30\.2/,
    );
  });

  test('no git at all', async () => {
    const folder = await repositoryOf(V1);
    await expectRefused(
      folder,
      () => run(V2, folder, ['phase', '2'], { PATH: temporaryFolder() }),
      /git is not installed/,
    );
  });
});

test('of two upgrades at once one works and the other is refused', async () => {
  const folder = await repositoryOf(V1);
  commit(folder, { 'mine.txt': 'mine\n' });
  const head = git(folder, 'rev-parse', 'HEAD');
  const ended = await Promise.all([upgrade(folder), upgrade(folder), upgrade(folder)]);
  const codes = ended.map(({ code }) => code).sort();
  expect(codes[0], ended.map((one) => one.stderr).join()).toBe(0);
  expect(new Set(codes)).toEqual(
    new Set([0, 2]).has(codes[2] ?? 0) ? new Set(codes) : new Set([0, 2]),
  );
  expect(git(folder, 'rev-list', '--count', '--first-parent', `${head}..HEAD`)).toBe('1');
  expect(read(folder, 'mine.txt')).toBe('mine\n');
  expectSound(folder);
});

test.runIf(isRoot)('a folder that may not be written is refused before anything is', async () => {
  const folder = await repositoryOf(V1);
  for (const one of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, one), 1000, 1000);
  for (let parent = folder; parent.includes('nimble-ml-test'); parent = join(parent, '..'))
    chmodSync(parent, 0o755);
  writeFileSync(join(folder, '.git/locked'), '');
  chmodSync(join(folder, 'src/churn'), 0o555);
  const home = temporaryFolder();
  chmodSync(home, 0o755);
  const before = snapshotFiles(folder);
  const { execa } = await import('execa');
  const { binOf, cleanEnvironment } = await import('../support/bin.ts');
  for (let parent = V2; parent.includes('nimble-ml-test'); parent = join(parent, '..'))
    chmodSync(parent, 0o755);
  const ended = await execa(
    process.execPath,
    [binOf(V2), 'phase', '2', '--yes', '--skip-install'],
    {
      cwd: folder,
      env: {
        ...cleanEnvironment(),
        HOME: home,
        GIT_AUTHOR_NAME: 'A',
        GIT_AUTHOR_EMAIL: 'a@b.c',
        GIT_COMMITTER_NAME: 'A',
        GIT_COMMITTER_EMAIL: 'a@b.c',
      },
      extendEnv: false,
      reject: false,
      uid: 1000,
      gid: 1000,
    },
  );
  expect(ended.exitCode, ended.stderr).toBe(2);
  expect(ended.stderr).toMatch(/src\/churn|EACCES|Permission/);
  expect(snapshotFiles(folder)).toEqual(before);
  execFileSync('git', ['-c', 'safe.directory=*', 'diff', '--quiet', 'HEAD'], { cwd: folder });
});
