import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBin } from '../../support/bin.ts';
import { readFiles, temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import {
  asGrace,
  commit,
  edited,
  expectConflict,
  expectFinished,
  expectRefused,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, ...more: string[]) => run(V2, folder, ['phase', '2', ...more]);
const mine = (folder: string) => edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of');

/** The upgrade arrived, and the edit of `mine` is there. */
function expectRaised(folder: string): void {
  expect(read(folder, 'gate.txt')).toBe('kept by the team\n');
  expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
  expect(read(folder, 'notes/plan.md')).toContain('sharpened');
  expect(has(folder, 'docs/old.md')).toBe(false);
}

describe('an upgrade works', () => {
  test('from a deeper folder of the project', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    await expectFinished(folder, () => upgrade(join(folder, 'src/churn')));
    expectRaised(folder);
  });

  test.each(['models/churn', 'a b/[c]/ü'])(
    'in the folder "%s" of a monorepo, and touches nothing next to it',
    async (below) => {
      const top = join(temporaryFolder(), 'mono');
      const folder = join(top, below);
      mkdirSync(join(folder, '..'), { recursive: true });
      git(top, 'init', '--quiet', '--initial-branch=main');
      commit(top, {
        'README.md': 'The monorepo.\n',
        'notes/plan.md': 'Its own plan.\n',
        'gate.txt': 'ours\n',
      });
      const bin = await runBin(V1, ['new', folder, '--yes', '--skip-install', '--name=churn'], {
        cwd: top,
      });
      expect(bin.code, bin.stderr).toBe(0);
      commit(top, {});
      commit(
        top,
        Object.fromEntries(
          Object.entries(mine(folder)).map(([path, text]) => [`${below}/${path}`, text]),
        ),
      );
      await expectFinished(top, () => upgrade(folder));
      expectRaised(folder);
      expect(read(top, 'gate.txt')).toBe('ours\n');
      expect(read(top, 'notes/plan.md')).toBe('Its own plan.\n');
      expect(
        git(top, 'log', '-1', '--format=', '--name-only')
          .split('\n')
          .every((path) => path.replaceAll('"', '').startsWith(below)),
      ).toBe(true);
      commit(
        top,
        Object.fromEntries(
          Object.entries(
            edited(folder, 'pyproject.toml', '"gatekeeper>=5,<6",', '"gatekeeper==5",'),
          ).map(([path, text]) => [`${below}/${path}`, text]),
        ),
      );
      await expectFinished(top, () => run(V2, join(folder, 'docs'), ['phase', '3']));
      expect(has(folder, 'late.txt') && !has(top, 'late.txt')).toBe(true);
    },
  );

  test('of two projects in one repository, each by itself', async () => {
    const top = join(temporaryFolder(), 'mono');
    mkdirSync(top);
    git(top, 'init', '--quiet', '--initial-branch=main');
    for (const name of ['one', 'two'])
      await runBin(V1, ['new', name, '--yes', '--skip-install'], { cwd: top });
    commit(top, {});
    await expectFinished(top, () => upgrade(join(top, 'one')));
    expect(has(top, 'one/gate.txt') && !has(top, 'two/gate.txt')).toBe(true);
  });

  test('in a linked work tree, and the first one stays where it is', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    const linked = join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'work', linked);
    await expectFinished(linked, () => upgrade(linked));
    expectRaised(linked);
    expect(has(folder, 'gate.txt')).toBe(false);
    expectSound(folder);
  });

  test('in a linked work tree with a conflict, which can be undone there', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of'));
    const linked = join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '--quiet', '-b', 'work', linked);
    await expectConflict(linked, () => upgrade(linked), ['notes/plan.md']);
    expectSound(folder);
  });

  test('with the git folder elsewhere', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    git(
      folder,
      'init',
      '--quiet',
      `--separate-git-dir=${join(temporaryFolder(), 'elsewhere.git')}`,
    );
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
  });

  test('with HEAD detached, and no branch moves', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    git(folder, 'checkout', '--quiet', '--detach');
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
    expect(git(folder, 'rev-parse', 'main')).toBe(git(folder, 'rev-parse', 'HEAD^'));
  });

  test('next to a submodule, and inside one', async () => {
    const inner = await repositoryOf(V1);
    commit(inner, mine(inner));
    const outer = await repositoryOf(V1);
    asGrace(
      outer,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      inner,
      'vendor/inner',
    );
    commit(outer, mine(outer));
    const module = join(outer, 'vendor/inner');
    const before = git(module, 'rev-parse', 'HEAD');
    await expectFinished(outer, () => upgrade(outer));
    expectRaised(outer);
    expect(git(module, 'rev-parse', 'HEAD')).toBe(before);
    await expectFinished(module, () => upgrade(module));
    expectRaised(module);
  });

  test('a submodule that stands elsewhere stays there, and one that was added so is refused', async () => {
    const inner = await repositoryOf(V1);
    const outer = await repositoryOf(V1);
    const add = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add'];
    asGrace(outer, ...add, inner, 'vendor/inner');
    commit(outer, mine(outer));
    const module = join(outer, 'vendor/inner');
    commit(module, { 'more.txt': 'more\n' });
    const elsewhere = git(module, 'rev-parse', 'HEAD');
    git(outer, 'add', 'vendor/inner');
    await expectRefused(outer, () => upgrade(outer), '"vendor/inner": changed but not committed');
    git(outer, 'restore', '--staged', 'vendor/inner');
    expect((await upgrade(outer)).code).toBe(0);
    expectRaised(outer);
    expect(git(module, 'rev-parse', 'HEAD')).toBe(elsewhere);
    expect(git(outer, 'diff', '--name-only')).toBe('vendor/inner');
  });

  test('in a sparse checkout: what is not there is changed in the commit alone', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    git(folder, 'sparse-checkout', 'set', 'docs', 'src');
    expect(has(folder, 'notes/plan.md')).toBe(false);
    await expectFinished(folder, () => upgrade(folder));
    expect(has(folder, 'notes/plan.md')).toBe(false);
    git(folder, 'sparse-checkout', 'disable');
    expectRaised(folder);
    expectSound(folder);
  });

  test('in a shallow clone, whose push leaves a sound repository, and what it does not have is named', async () => {
    const origin = await repositoryOf(V1);
    commit(origin, mine(origin));
    commit(origin, { 'more.txt': 'more\n' });
    const bare = join(temporaryFolder(), 'bare.git');
    git(origin, 'clone', '--quiet', '--bare', origin, bare);
    const folder = join(temporaryFolder(), 'shallow');
    git(origin, 'clone', '--quiet', '--depth=1', `file://${bare}`, folder);
    const ended = await expectFinished(folder, () => upgrade(folder, '--json'));
    expect(JSON.parse(ended.stdout).base.rerendered).toContain('notes/plan.md');
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'src/churn/train.py')).toContain('value * 2');
    git(folder, 'push', '--quiet', 'origin', 'HEAD');
    git(bare, 'fsck', '--strict');
    const full = join(temporaryFolder(), 'full');
    git(bare, 'clone', '--quiet', bare, full);
    expect(readFiles(full)).toEqual(readFiles(folder));
    await expectFinished(full, () => run(V2, full, ['phase', '3']));
  });

  test('in a partial clone, and one whose remote is gone loses nothing', async () => {
    const origin = await repositoryOf(V1);
    commit(origin, mine(origin));
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    const clone = () => {
      const folder = join(temporaryFolder(), 'partial');
      git(origin, 'clone', '--quiet', '--filter=blob:none', `file://${origin}`, folder);
      return folder;
    };
    const [online, offline] = [clone(), clone()];
    await expectFinished(online, () => upgrade(online));
    expectRaised(online);
    renameSync(origin, `${origin}-gone`);
    const before = readFiles(offline);
    const { code, stderr } = await upgrade(offline);
    expect([0, 2], stderr).toContain(code);
    expect(read(offline, 'notes/plan.md')).toContain('My point 1 of');
    if (code === 2) expect(readFiles(offline)).toEqual(before);
  });

  test('in a repository whose ids are sha256', async () => {
    const folder = join(temporaryFolder(), 'churn');
    mkdirSync(folder);
    git(folder, 'init', '--quiet', '--object-format=sha256', '--initial-branch=main');
    const made = await runBin(V1, ['new', '.', '--name=churn', '--yes', '--skip-install'], {
      cwd: folder,
    });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    commit(folder, mine(folder));
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
    await expectFinished(folder, () => run(V2, folder, ['phase', '3']));
  });

  test('through a link to the project', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    const link = join(temporaryFolder(), 'link');
    execFileSync('ln', ['-s', folder, link]);
    await expectFinished(folder, () => upgrade(link));
    expectRaised(folder);
  });

  test('in a repository with packed refs, many branches, notes, tags and stashes, all of which stay', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    for (const name of ['a/b', 'nimble-ml/phase-2', 'phase-2']) git(folder, 'branch', name);
    git(folder, 'tag', 'HEAD-ish');
    asGrace(folder, 'notes', 'add', '-m', 'noted');
    writeFiles(folder, edited(folder, 'docs/old.md', 'once', 'twice'));
    asGrace(folder, 'stash', 'push', '--quiet');
    git(folder, 'pack-refs', '--all');
    const refs = () =>
      git(folder, 'for-each-ref', '--format=%(refname) %(objectname)').replace(
        /refs\/heads\/main \w+/,
        '',
      );
    const before = refs();
    await expectFinished(folder, () => upgrade(folder));
    expect(refs()).toBe(before);
    expect(git(folder, 'stash', 'list')).toContain('stash@{0}');
  });
});
