import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { gitConfig } from './git-config.ts';
import type { Tree } from './render.ts';

/** Who commits when git knows nobody. */
export interface Identity {
  name: string;
  email: string;
}

/** The work tree that a path, there or not yet, lies in. */
export async function enclosingRepository(path: string): Promise<string | undefined> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    return await git(folder, ['rev-parse', '--show-toplevel']);
  } catch {
    return undefined;
  }
}

/** Whether git answers at all. */
export async function hasGit(): Promise<boolean> {
  return (await execa('git', ['--version'], { reject: false })).exitCode === 0;
}

/** Makes an empty repository, on the branch the user's configuration names, else on main. */
export async function initRepository(folder: string): Promise<void> {
  const branch = (await gitConfig('init.defaultBranch')) ?? 'main';
  await git(folder, ['init', '--quiet', '--template=', `--initial-branch=${branch}`]);
}

/** Whether a repository has no commit yet. */
export async function isUnborn(folder: string): Promise<boolean> {
  const head = await execa('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], at(folder));
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
  await execa('git', ['update-index', '-q', '--refresh'], at(folder));
  return commit;
}

/** Empty when git knows who commits. */
async function identityEnvironment(
  folder: string,
  { name, email }: Identity,
): Promise<Record<string, string>> {
  const known = await execa('git', ['var', 'GIT_COMMITTER_IDENT'], {
    ...at(folder),
    extendEnv: false,
    env: { ...environment(), EMAIL: '' },
  });
  const configured = (await gitConfig('user.email')) ?? process.env.GIT_COMMITTER_EMAIL;
  if (known.exitCode === 0 && configured !== undefined) return {};
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

async function git(
  folder: string,
  args: readonly string[],
  { input, env }: { input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { stdout } = await execa('git', [...SETTINGS, ...args], {
    ...at(folder),
    reject: true,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    env: { ...environment(), ...env },
  });
  return stdout;
}

/** Settings of a user that would change or stop what we commit. */
const SETTINGS = Object.entries({
  'core.hooksPath': join('.git', 'no-hooks'),
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'commit.gpgSign': 'false',
  'color.ui': 'false',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

const at = (folder: string) =>
  ({ cwd: folder, extendEnv: false, env: environment(), reject: false }) as const;

/** The environment without variables that point git elsewhere; who commits and which configuration stay the user's. */
function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([key]) =>
      !key.startsWith('GIT_') ||
      /^GIT_(AUTHOR|COMMITTER|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/.test(key),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}
