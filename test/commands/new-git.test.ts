import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const SMALL = installSmall();

/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], options?: RunOptions) =>
  runBin(SMALL, ['new', directory, '--yes', '--skip-install', ...args], options);

const FILES = [
  '.gitignore',
  '.nimble-ml.lock.json',
  '.yo-rc.json',
  'about.toml',
  'pixel.bin',
  'run',
  'src/churn/__init__.py',
  'task.txt',
  'tracker.txt',
];

const isPosix = process.platform !== 'win32';

describe('git', () => {
  test('--skip-git creates no git repository', async () => {
    const cwd = temporaryFolder();
    await create('churn', ['--skip-git'], { cwd });
    expect(existsSync(join(cwd, 'churn/.git'))).toBe(false);
  });

  test('inside another repository nothing is committed, no repository is created, and a note says so', async () => {
    const outer = temporaryFolder();
    git(outer, 'init', '--quiet');
    writeFiles(outer, { 'mine.txt': 'mine' });
    const { code, stdout } = await create('models/churn', [], { cwd: outer });
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Note: The folder is inside the repository "${outer}": nothing was committed there.`,
    );
    expect(existsSync(join(outer, 'models/churn/.git'))).toBe(false);
    expect(git(outer, 'status', '--porcelain')).toBe('?? mine.txt\n?? models/');
    expect(() => git(outer, 'rev-parse', 'HEAD')).toThrow();
  });

  test('an empty git repository gets its first commit, and keeps its settings', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, 'churn');
    mkdirSync(folder);
    git(folder, 'init', '--quiet', '--initial-branch=trunk');
    git(folder, 'remote', 'add', 'origin', 'https://example.com/churn.git');
    const { code } = await create('churn', [], { cwd });
    expect(code).toBe(0);
    expect(git(folder, 'log', '--format=%s')).toBe('Start churn: tabular, phase 1');
    expect(git(folder, 'branch', '--show-current')).toBe('trunk');
    expect(git(folder, 'remote')).toBe('origin');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test.runIf(isPosix)(
    'an empty git repository behind a link is recognised as the target itself',
    async () => {
      const cwd = temporaryFolder();
      mkdirSync(join(cwd, 'real/churn'), { recursive: true });
      symlinkSync(join(cwd, 'real'), join(cwd, 'link'));
      git(join(cwd, 'real/churn'), 'init', '--quiet');
      const { stdout } = await create('link/churn', [], { cwd });
      expect(stdout).not.toContain('Note:');
      expect(git(join(cwd, 'real/churn'), 'log', '--format=%s')).toContain('Start churn');
    },
  );

  test('a repository whose files were deleted keeps its history', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, 'churn');
    mkdirSync(folder);
    git(folder, 'init', '--quiet');
    git(
      folder,
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b.c',
      'commit',
      '--quiet',
      '--allow-empty',
      '-mold',
    );
    const { stdout } = await create('churn', [], { cwd });
    expect(stdout).toContain('Note: The repository has commits already: nothing was committed.');
    expect(git(folder, 'log', '--format=%s')).toBe('old');
  });

  test.runIf(isPosix)('without git on the machine the repository is complete', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await create('churn', [], { cwd, env: { PATH: '/nowhere' } });
    expect(code).toBe(0);
    expect(stdout).toContain('Note: git is not installed: nothing was committed.');
    expect([...readFiles(join(cwd, 'churn')).keys()]).toEqual(FILES);
  });

  test('with a broken git configuration the repository is complete', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'home/.gitconfig': '[user\nname' });
    const { code, stdout, stderr } = await create('churn', [], {
      cwd,
      env: { HOME: join(cwd, 'home'), USERPROFILE: join(cwd, 'home') },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Note: Not committed: git .*\.gitconfig/);
    expect(namesIn(join(cwd, 'churn'))).not.toContain('.git');
  });

  test('where git does not know the user, a note says what is left out and how to add it', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'home/.gitconfig': '[user]\nname = Ada\n' });
    const env = { HOME: join(cwd, 'home'), USERPROFILE: join(cwd, 'home') };
    const half = await create('churn', [], { cwd, env });
    expect(half.stdout).toContain('Note: git knows no address of yours');
    const none = await create('other', [], { cwd, env: { HOME: cwd, USERPROFILE: cwd } });
    expect(none.stdout).toContain('Note: git knows no name and no address of yours');
    expect(none.stdout).toContain('nimble-ml update --author NAME --email ADDRESS');
  });

  test.runIf(isPosix)(
    'a git that fails half-way leaves no half-written git repository',
    async () => {
      const cwd = temporaryFolder();
      const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
      const fails = `case "$*" in *write-tree*) echo 'fatal: on purpose' >&2; exit 128;; esac`;
      writeFiles(cwd, { 'tools/git': `#!/bin/sh\n${fails}\nexec ${real} "$@"\n` });
      chmodSync(join(cwd, 'tools/git'), 0o755);
      const env = { PATH: `${join(cwd, 'tools')}:${process.env.PATH}` };
      const { code, stdout } = await create('churn', [], { cwd, env });
      expect(code).toBe(0);
      expect(stdout).toContain('Note: Not committed: git write-tree: fatal: on purpose');
      expect([...readFiles(join(cwd, 'churn'), []).keys()]).toEqual(FILES);
    },
  );

  test.each([
    ['GIT_DIR', '.git'],
    ['GIT_WORK_TREE', '.'],
    ['GIT_INDEX_FILE', '.git/index'],
  ])('%s of another repository does not redirect the commit', async (key, path) => {
    const cwd = temporaryFolder();
    const other = join(cwd, 'other');
    mkdirSync(other);
    git(other, 'init', '--quiet');
    await create('churn', [], { cwd, env: { [key]: join(other, path) } });
    expect(git(join(cwd, 'churn'), 'log', '--format=%s')).toContain('Start churn');
    expect(() => git(other, 'rev-parse', 'HEAD')).toThrow();
    expect(git(other, 'status', '--porcelain')).toBe('');
  });
});
