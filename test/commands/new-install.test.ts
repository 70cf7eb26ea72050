import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { namesIn, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const SMALL = installSmall();
const isPosix = process.platform !== 'win32';

const bin = (args: readonly string[], options?: RunOptions) => runBin(SMALL, args, options);
/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], options?: RunOptions) =>
  runBin(SMALL, ['new', directory, '--yes', '--skip-install', ...args], options);

describe.runIf(isPosix)('uv', () => {
  /** A PATH whose first `uv` is this script. */
  const withUv = (script: string) => {
    const folder = temporaryFolder();
    writeFiles(folder, { uv: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder, 'uv'), 0o755);
    return { PATH: `${folder}:${process.env.PATH}` };
  };
  const install = (cwd: string, env: Record<string, string>) =>
    bin(['new', 'churn', '--yes'], { cwd, env });

  test('uv locks, the lock becomes a commit of its own, and uv installs', async () => {
    const cwd = temporaryFolder();
    const script = 'echo "uv $* in $PWD" >&2\nif [ "$1" = lock ]; then echo locked > uv.lock; fi';
    const { code, stderr, stdout } = await install(cwd, withUv(script));
    const folder = join(cwd, 'churn');
    expect(code).toBe(0);
    expect(stderr).toContain(`uv lock in ${folder}\n`);
    expect(stderr).toContain(`uv sync --locked in ${folder}\n`);
    expect(stderr).toContain(`uv venv --quiet --relocatable .venv in ${folder}\nuv sync`);
    expect(stdout).not.toContain('Note:');
    expect(git(folder, 'log', '--format=%s')).toBe(
      'Lock the dependencies\nStart churn: tabular, phase 1',
    );
    expect(git(folder, 'diff', '--name-status', 'HEAD^', 'HEAD')).toBe('A\tuv.lock');
  });

  test('a uv that fails leaves the repository complete, and a note says what to run', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await install(cwd, withUv('echo no network >&2\nexit 1'));
    expect(code).toBe(0);
    expect(stdout).toContain('"uv lock" failed with exit code 1');
    expect(stdout).toContain('Once uv works, lock and install: uv sync');
    expect(git(join(cwd, 'churn'), 'log', '--format=%s')).toBe('Start churn: tabular, phase 1');
  });

  test('without uv the repository is complete, and a note says where to get uv', async () => {
    const cwd = temporaryFolder();
    const folder = temporaryFolder();
    symlinkSync(
      git(cwd, '--exec-path').replace(/\/lib\/git-core|\/libexec\/git-core/, '/bin/git'),
      join(folder, 'git'),
    );
    const { code, stdout, stderr } = await install(cwd, { PATH: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^uv is not installed, .*install.*: (curl|powershell) .*astral/);
    expect(stdout).toContain('uv is not installed (https://docs.astral.sh/uv).');
    expect(stdout).toMatch(/\nNext:\n {2}curl .*astral.*\n {2}cd churn && uv run poe train\n/);
  });

  test('before uv runs, a line says what git does not know of the user', async () => {
    const home = temporaryFolder();
    const env = { ...withUv('echo uv >&2'), HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home };
    const { stderr } = await install(temporaryFolder(), env);
    expect(stderr).toMatch(/^git knows no name and no address of yours\. So .* out\.\nLocking/);
  });

  test('uv prints plain lines in CI', async () => {
    const env = { ...withUv('echo "bars=[$UV_NO_PROGRESS]" >&2'), CI: 'true' };
    expect((await install(temporaryFolder(), env)).stderr).toContain('bars=[1]');
    const elsewhere = { ...env, CI: '' };
    expect((await install(temporaryFolder(), elsewhere)).stderr).toContain('bars=[]');
  });

  test('uv is not run with --skip-install', async () => {
    const cwd = temporaryFolder();
    const env = withUv('touch "$HOME/uv-ran"');
    const { stderr } = await create('churn', [], { cwd, env: { ...env, HOME: cwd } });
    expect(stderr).not.toContain('uv');
    expect(namesIn(cwd)).not.toContain('uv-ran');
  });

  test('uv does not install into another environment that is active', async () => {
    const cwd = temporaryFolder();
    const env = { ...withUv('echo "VIRTUAL_ENV=[$VIRTUAL_ENV]" >&2'), VIRTUAL_ENV: '/somewhere' };
    expect((await install(cwd, env)).stderr).toContain('VIRTUAL_ENV=[]');
  });
});
