import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { gitConfig } from './git-config.ts';
import type { Tree } from './tree.ts';

/** Who commits when git knows nobody. */
export interface Identity {
  name: string;
  email: string;
}

/** The work tree that a path, there or not yet, lies in; whoever owns it. */
export async function enclosingRepository(path: string): Promise<string | undefined> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  const found = await attempt(folder, ['-c', 'safe.directory=*', 'rev-parse', '--show-toplevel']);
  return found.exitCode === 0 ? found.stdout : undefined;
}

/** Whether there is a git to run, well configured or not. */
export async function hasGit(): Promise<boolean> {
  return (await attempt('.', ['--version'])).exitCode !== undefined;
}

/** Makes an empty repository, on the branch the user's configuration names, else on main. */
export async function initRepository(folder: string): Promise<void> {
  const wanted = (await gitConfig('init.defaultBranch')) ?? 'main';
  const allowed = await attempt(folder, ['check-ref-format', '--branch', wanted]);
  const branch = allowed.exitCode === 0 ? wanted : 'main';
  await git(folder, ['init', '--quiet', '--template=', `--initial-branch=${branch}`]);
}

/** Whether a repository has no commit yet. */
export async function isUnborn(folder: string): Promise<boolean> {
  const head = await attempt(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  return head.exitCode !== 0;
}

/** Commits a tree exactly as rendered: no hook, filter, signature, ignore rule or line-ending setting takes part. */
export async function commitTree(
  folder: string,
  tree: Tree,
  message: (treeId: string) => string,
  fallback: Identity,
): Promise<string> {
  const paths = [...tree.keys()];
  const ids = await git(folder, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {
    input: `${paths.join('\n')}\n`,
  });
  const entries = ids
    .split('\n')
    .map((id, index) => `${tree.get(paths[index] ?? '')?.mode} ${id}\t${paths[index]}\0`);
  return commitEntries(folder, entries, message, fallback);
}

/** Commits one more file as it lies there. */
export async function commitFile(
  folder: string,
  path: string,
  message: string,
  fallback: Identity,
): Promise<string> {
  const id = await git(folder, ['hash-object', '-w', '--no-filters', '--', path]);
  return commitEntries(folder, [`100644 ${id}\t${path}\0`], () => message, fallback);
}

async function commitEntries(
  folder: string,
  entries: readonly string[],
  message: (treeId: string) => string,
  fallback: Identity,
): Promise<string> {
  await git(folder, ['update-index', '-z', '--add', '--index-info'], { input: entries.join('') });
  const tree = await git(folder, ['write-tree']);
  const parent = (await isUnborn(folder)) ? [] : ['-p', 'HEAD'];
  const commit = await git(folder, ['commit-tree', tree, ...parent, '-F', '-'], {
    input: `${message(tree)}\n`,
    env: await identityEnvironment(folder, fallback),
  });
  await git(folder, ['update-ref', '-m', 'commit', 'HEAD', commit]);
  await attempt(folder, ['update-index', '-q', '--refresh']);
  return commit;
}

/** The fallback for author and committer, where git was told of none. What git would guess does not count. */
async function identityEnvironment(
  folder: string,
  fallback: Identity,
): Promise<Record<string, string>> {
  const { name, email } = nameable(fallback);
  const variables: Record<string, string> = {};
  for (const role of ['AUTHOR', 'COMMITTER']) {
    const asked = ['-c', 'user.useConfigOnly=true', 'var', `GIT_${role}_IDENT`];
    if ((await attempt(folder, asked)).exitCode === 0) continue;
    variables[`GIT_${role}_NAME`] = name;
    variables[`GIT_${role}_EMAIL`] = email;
  }
  return variables;
}

/** git drops blanks and punctuation round a name, and refuses one of nothing else. */
function nameable({ name, email }: Identity): Identity {
  return { name: /[^\s.,:;<>"'\\]/.test(name) ? name : 'The authors', email };
}

async function git(
  folder: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const result = await attempt(folder, args, options);
  if (result.failed) throw new GitFailure(args[0] ?? '', result.stderr);
  return result.stdout;
}

/** git could not do what we asked of it. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';

  constructor(command: string, said: string) {
    super(`git ${command}: ${said.trim().split('\n').at(-1) ?? ''}`);
  }
}

function attempt(
  folder: string,
  args: readonly string[],
  { input, env }: { input?: string; env?: Record<string, string> } = {},
) {
  return execa('git', [...SETTINGS, ...args], {
    cwd: folder,
    reject: false,
    extendEnv: false,
    env: { ...environment(), ...env },
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
}

/** Settings of a user that would change or stop what we commit. */
const SETTINGS = Object.entries({
  'core.hooksPath': join('.git', 'no-hooks'),
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'commit.gpgSign': 'false',
  'color.ui': 'false',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** The environment without variables that point git elsewhere; who commits and which configuration stay the user's. */
function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([key]) =>
      !key.startsWith('GIT_') ||
      /^GIT_(AUTHOR|COMMITTER|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/.test(key),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}
