import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { installedPackage, installSmall, runBin } from '../support/bin.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const SMALL = installSmall();

/** A new repository of a user who has no configuration file, with these variables. */
async function create(env: Record<string, string>): Promise<string> {
  const cwd = temporaryFolder();
  const options = { cwd, env: { HOME: cwd, USERPROFILE: cwd, XDG_CONFIG_HOME: cwd, ...env } };
  const ended = await runBin(SMALL, ['new', 'churn', '--yes', '--skip-install'], options);
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
  return join(cwd, 'churn');
}

const authorOf = (folder: string) => git(folder, 'log', '-1', '--format=%an <%ae>');
const aboutOf = (folder: string) => parseToml(readFileSync(join(folder, 'about.toml'), 'utf8'));

describe('who the user is', () => {
  test.each<[string, Record<string, string>]>([
    [
      'settings that are counted',
      {
        GIT_CONFIG_COUNT: '3',
        GIT_CONFIG_KEY_0: 'user.name',
        GIT_CONFIG_VALUE_0: "Grace O'Hopper",
        GIT_CONFIG_KEY_1: 'user.email',
        GIT_CONFIG_VALUE_1: 'grace@example.com',
        GIT_CONFIG_KEY_2: 'core.bare',
        GIT_CONFIG_VALUE_2: 'true',
      },
    ],
    [
      'parameters of an outer git',
      {
        GIT_CONFIG_PARAMETERS: `'core.bare'='true' 'user.name'='Grace O'\\''Hopper' 'user.email'='grace@example.com'`,
      },
    ],
    [
      'parameters of an older git',
      {
        GIT_CONFIG_PARAMETERS: `'user.name=Grace O'\\''Hopper' 'user.email=grace@example.com' 'core.bare'`,
      },
    ],
    [
      'the variables of the author',
      {
        GIT_AUTHOR_NAME: "Grace O'Hopper",
        GIT_AUTHOR_EMAIL: 'grace@example.com',
        GIT_COMMITTER_NAME: 'A machine',
        GIT_COMMITTER_EMAIL: 'machine@example.com',
      },
    ],
  ])('is taken from %s, for the commit and for the files', async (_, env) => {
    const folder = await create(env);
    expect(authorOf(folder)).toBe("Grace O'Hopper <grace@example.com>");
    expect(aboutOf(folder)).toMatchObject({ author: "Grace O'Hopper", email: 'grace@example.com' });
  });

  test('stays that of an upgrade, too', async () => {
    const env = { GIT_AUTHOR_NAME: 'Grace', GIT_AUTHOR_EMAIL: 'grace@example.com' };
    const folder = await create(env);
    const args = ['phase', '2', '--yes', '--skip-install'];
    const counted = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'Alan',
      GIT_CONFIG_KEY_1: 'user.email',
      GIT_CONFIG_VALUE_1: 'alan@example.com',
    };
    const ended = await runBin(SMALL, args, { cwd: folder, env: { HOME: folder, ...counted } });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(authorOf(folder)).toBe('Alan <alan@example.com>');
  });
});

test.runIf(process.platform !== 'win32')(
  'git before 2.28, which knows no --initial-branch, makes the repository',
  async () => {
    const cwd = temporaryFolder();
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const old = `case "$*" in *--initial-branch*) echo "error: unknown option 'initial-branch'" >&2; exit 129;; esac`;
    writeFiles(cwd, { 'tools/git': `#!/bin/sh\n${old}\nexec ${real} "$@"\n` });
    chmodSync(join(cwd, 'tools/git'), 0o755);
    const folder = await create({
      PATH: `${join(cwd, 'tools')}:${process.env.PATH}`,
      GIT_AUTHOR_NAME: 'Grace',
      GIT_AUTHOR_EMAIL: 'grace@example.com',
    });
    expect(git(folder, 'branch', '--show-current')).toBe('main');
    expect(git(folder, 'log', '--format=%s')).toBe('Start churn: tabular, phase 1');
  },
);

describe('the branch that workflows name', () => {
  const pushed = (folder: string) =>
    /branches: (.*)/.exec(readFileSync(join(folder, '.github/workflows/check.yml'), 'utf8'))?.[1];
  const write = async (cwd: string, ...args: string[]) => {
    const words = ['new', 'churn', '--yes', '--skip-install', ...args];
    const ended = await runBin(installedPackage(), words, { cwd, env: { HOME: cwd } });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return join(cwd, 'churn');
  };

  test('is the first branch of the new repository: main, a flag, or what git is configured for', async () => {
    const plain = await write(temporaryFolder());
    expect([pushed(plain), git(plain, 'branch', '--show-current')]).toEqual(['["main"]', 'main']);
    const cwd = temporaryFolder();
    writeFiles(cwd, { '.gitconfig': '[init]\n\tdefaultBranch = trunk\n' });
    const configured = await write(cwd);
    const branch = git(configured, 'branch', '--show-current');
    expect([pushed(configured), branch]).toEqual(['["trunk"]', 'trunk']);
    const named = await write(temporaryFolder(), '--git-branch=release/next');
    expect(git(named, 'branch', '--show-current')).toBe('release/next');
    expect(pushed(named)).toBe('["release/next"]');
  });

  test('is that of a repository that is there already', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'churn/.DS_Store': '' });
    git(join(cwd, 'churn'), 'init', '--quiet', '--initial-branch=stable');
    expect(pushed(await write(cwd))).toBe('["stable"]');
  });
});
