import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment, installSmall, runBin } from '../support/bin.ts';
import { blockYaml } from '../support/blocks.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const SMALL = installSmall();
chmodSync(SMALL, 0o755);
const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

/** Number of files of a repository written from the small templates. */
const WHOLE = 9;
const create = (target: string, cwd: string, args: readonly string[] = []) =>
  runBin(SMALL, ['new', '--yes', '--skip-install', '--name=churn', ...args, '--', target], { cwd });

describe('a target with an unusual name becomes a complete repository', () => {
  test
    .runIf(isPosix)
    .each([
      'two words',
      "it's",
      '$(touch ran)',
      '`touch ran`',
      ';touch ran',
      '-rf',
      '--help',
      '*',
      '日本',
      'CON',
      'churn.git',
      'a/../churn/',
      'x'.repeat(255),
    ])('%s', async (target) => {
    const cwd = temporaryFolder();
    const { code, stderr } = await create(target, cwd);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFiles(join(cwd, target)).size).toBe(WHOLE);
    expect(namesIn(cwd).filter((name) => name === 'ran' || name.startsWith('.nimble'))).toEqual([]);
  });
});

describe('an impossible target exits with 2 and changes nothing', () => {
  test.runIf(isPosix).each<[string, string]>([
    ['.', 'is not empty'],
    ['..', 'is not empty'],
    ['/', 'is not empty'],
    ['/dev/null', 'is not a folder'],
    ['/dev/null/churn', 'ENOTDIR'],
    ['/proc/churn', 'Nothing was written'],
    ['file', 'is not a folder'],
    ['file/churn', 'ENOTDIR'],
    ['dangling', 'is not a folder'],
    ['dangling/churn', 'Nothing was written'],
    ['loop/churn', 'ELOOP'],
    ['full', 'is not empty'],
    ['x'.repeat(256), 'ENAMETOOLONG'],
    [`${'x/'.repeat(2100)}churn`, 'ENAMETOOLONG'],
    ['a\u202eb', 'holds the character U+202E'],
    ['a\u001b[31m', 'holds the character U+001B'],
  ])('%j', async (target, message) => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { file: 'mine', 'full/.hidden': 'mine' });
    symlinkSync(join(cwd, 'nowhere'), join(cwd, 'dangling'));
    symlinkSync(join(cwd, 'loop'), join(cwd, 'loop'));
    const { code, stdout, stderr } = await create(target, cwd);
    expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(namesIn(cwd)).toEqual(['dangling', 'file', 'full', 'loop']);
    expect(existsSync(join(cwd, 'nowhere'))).toBe(false);
  });
});

test('of two commands for one target, one writes the whole repository and the other is refused', async () => {
  const cwd = temporaryFolder();
  const results = await Promise.all([create('churn', cwd), create('churn', cwd)]);
  expect(results.map((one) => one.code).sort()).toEqual([0, 2]);
  expect(readFiles(join(cwd, 'churn')).size).toBe(WHOLE);
  expect(namesIn(cwd)).toEqual(['churn']);
});

describe.runIf(isPosix)('an interrupted command', () => {
  /** A PATH whose git, and uv, report that they reached a step, and wait there. */
  function slowTools(folder: string, step: string): Record<string, string> {
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const pause = `case "$0 $*" in *"${step}"*) echo reached > '${folder}/reached'; sleep 20;; esac`;
    writeFiles(folder, {
      'tools/git': `#!/bin/sh\n${pause}\nexec ${real} "$@"\n`,
      'tools/uv': `#!/bin/sh\n${pause}\n`,
    });
    for (const name of ['git', 'uv']) chmodSync(join(folder, 'tools', name), 0o755);
    return { PATH: `${join(folder, 'tools')}:${process.env.PATH}` };
  }

  /** Sends a signal to the command when it has reached a step of git or uv. */
  async function stopAt(step: string, signal: NodeJS.Signals, cwd: string) {
    const tools = temporaryFolder();
    const child = spawn(process.execPath, [binOf(SMALL), 'new', 'churn', '--yes'], {
      cwd,
      env: { ...cleanEnvironment(), ...slowTools(tools, step) },
      stdio: 'ignore',
      detached: true,
    });
    const exit = once(child, 'exit');
    while (!existsSync(join(tools, 'reached'))) await new Promise((wait) => setTimeout(wait, 20));
    process.kill(-(child.pid ?? 0), signal);
    return (await exit) as [number | null, NodeJS.Signals | null];
  }

  test.each(['init --template=', 'hash-object', 'commit-tree', 'update-ref'])(
    'Ctrl-C during "git %s" exits with 130 and leaves nothing',
    async (step) => {
      const cwd = temporaryFolder();
      expect(await stopAt(step, 'SIGINT', cwd)).toEqual([130, null]);
      expect(namesIn(cwd)).toEqual([]);
    },
  );

  test.each(['hash-object', 'update-ref'])(
    'kill -9 during "git %s" leaves no target, and a second run writes the whole repository',
    async (step) => {
      const cwd = temporaryFolder();
      expect(await stopAt(step, 'SIGKILL', cwd)).toEqual([null, 'SIGKILL']);
      expect(namesIn(cwd)).not.toContain('churn');
      expect((await create('churn', cwd)).code).toBe(0);
      expect(readFiles(join(cwd, 'churn')).size).toBe(WHOLE);
    },
  );

  test('Ctrl-C while uv works leaves the repository and its first commit complete', async () => {
    const cwd = temporaryFolder();
    await stopAt('uv lock', 'SIGINT', cwd);
    expect(namesIn(cwd)).toEqual(['churn']);
    expect(readFiles(join(cwd, 'churn')).size).toBe(WHOLE);
    const status = ['-c', 'safe.directory=*', 'status', '--porcelain'];
    expect(execFileSync('git', status, { cwd: join(cwd, 'churn'), encoding: 'utf8' })).toBe('');
  });
});

describe.runIf(isPosix)('a disk that cannot be written', () => {
  test('a folder without write permission exits with 2 and stays as it was', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'closed'));
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, 'closed'), 0o555);
    if (isRoot) chownSync(join(cwd, 'closed'), 0, 0);
    const result = await execa(
      process.execPath,
      [binOf(SMALL), 'new', 'closed/churn', '--yes', '--skip-install'],
      {
        cwd,
        env: { ...cleanEnvironment(), HOME: '/nonexistent' },
        extendEnv: false,
        reject: false,
        ...(isRoot ? { uid: 1000, gid: 1000 } : {}),
      },
    );
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/EACCES.*Nothing was written\.$/);
    expect(namesIn(join(cwd, 'closed'))).toEqual([]);
  });

  test('an empty folder is filled where the user stands, though its parent may not be written', async () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'mine');
    mkdirSync(folder, { mode: 0o750 });
    if (isRoot) chownSync(folder, 1000, 1000);
    chmodSync(parent, 0o555);
    const before = statSync(folder);
    const result = await execa(
      process.execPath,
      [binOf(SMALL), 'new', '.', '--name=churn', '--yes', '--skip-install'],
      {
        cwd: folder,
        env: { ...cleanEnvironment(), HOME: '/nonexistent' },
        extendEnv: false,
        reject: false,
        ...(isRoot ? { uid: 1000, gid: 1000 } : {}),
      },
    );
    const after = statSync(folder);
    chmodSync(parent, 0o755);
    expect(result.exitCode, result.stderr).toBe(0);
    expect([after.ino, after.mode, after.gid]).toEqual([before.ino, before.mode, before.gid]);
    expect(namesIn(parent)).toEqual(['mine']);
    expect(namesIn(folder)).toContain('.yo-rc.json');
  });

  test('a full disk exits with 2 and leaves nothing behind', async (context) => {
    const cwd = temporaryFolder();
    const disk = join(cwd, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      return context.skip('a small disk can only be mounted as root');
    }
    try {
      writeFiles(cwd, {
        'ours/blocks/big/block.yaml': blockYaml('big'),
        'ours/blocks/big/files/big.txt': 'x'.repeat(200_000),
      });
      const { code, stderr } = await create('disk/churn', cwd, ['--blocks=ours']);
      expect(code).toBe(2);
      expect(stderr).toMatch(/ENOSPC.*Nothing was written\.$/m);
      expect(namesIn(disk)).toEqual([]);
    } finally {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  });
});

test('the generator runs nothing that an answer contains', async () => {
  const cwd = temporaryFolder();
  const injected = '$(touch ran) `touch ran` ; touch ran';
  const flags = [`--description=${injected}`, `--author=${injected}`, `--email=${injected}`];
  expect((await create('churn', cwd, flags)).code).toBe(0);
  expect([...readFiles(cwd).keys()].filter((path) => path.endsWith('ran'))).toEqual([]);
});
