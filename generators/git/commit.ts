import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Tree } from '../engine/tree.ts';
import { gitConfig } from './config.ts';
import { type Identity, makeCommit } from './identity.ts';
import { attempt, git, gitLine } from './process.ts';

/** The work tree that a path, there or not yet, lies in; whoever owns it. Undefined too when there is no git. */
export async function enclosingRepository(
  path: string,
): Promise<{ hasGit: boolean; top: string | undefined }> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  const found = await attempt(folder, ['-c', 'safe.directory=*', 'rev-parse', '--show-toplevel']);
  const top = found.code === 0 ? String(found.stdout).trimEnd() : undefined;
  return { hasGit: found.code !== undefined, top };
}

/** Makes an empty repository, on the branch the user's configuration names, else on main. */
export async function initRepository(folder: string): Promise<void> {
  const wanted = (await gitConfig('init.defaultBranch')) ?? 'main';
  const usual = /^[a-z][a-z0-9]*$/.test(wanted) && wanted !== 'head';
  const allowed =
    usual || (await attempt(folder, ['check-ref-format', '--branch', wanted])).code === 0;
  const branch = allowed ? wanted : 'main';
  await git(folder, ['init', '--quiet', '--template=', `--initial-branch=${branch}`]);
}

/** Whether a repository has no commit yet. */
export async function isUnborn(folder: string): Promise<boolean> {
  return (await attempt(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'])).code !== 0;
}

/** Commits a tree exactly as rendered: no hook, filter, signature, ignore rule or line-ending setting takes part. */
export async function commitTree(
  folder: string,
  tree: Tree,
  message: (treeId: string) => string,
  fallback: Identity,
): Promise<string> {
  const paths = [...tree.keys()];
  const ids = await gitLine(folder, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {
    input: `${paths.join('\n')}\n`,
  });
  const entries = ids
    .split('\n')
    .map((id, index) => `${tree.get(paths[index] ?? '')?.mode} ${id}\t${paths[index]}\0`);
  return commitEntries(folder, entries, message, fallback, []);
}

/** Commits one more file as it lies there. */
export async function commitFile(
  folder: string,
  path: string,
  message: string,
  fallback: Identity,
): Promise<string> {
  const id = await gitLine(folder, ['hash-object', '-w', '--no-filters', '--', path]);
  const prefix = await gitLine(folder, ['rev-parse', '--show-prefix']);
  const entries = [`100644 ${id}\t${prefix}${path}\0`];
  return commitEntries(folder, entries, () => message, fallback, ['HEAD']);
}

async function commitEntries(
  folder: string,
  entries: readonly string[],
  message: (treeId: string) => string,
  fallback: Identity,
  parents: readonly string[],
): Promise<string> {
  await git(folder, ['update-index', '-z', '--add', '--index-info'], { input: entries.join('') });
  const tree = await gitLine(folder, ['write-tree']);
  const refreshed = attempt(folder, ['update-index', '-q', '--refresh']); // the index alone, so meanwhile:
  try {
    const commit = await makeCommit(folder, { tree, parents, message: message(tree), fallback });
    await git(folder, ['update-ref', '-m', 'commit', 'HEAD', commit]);
    return commit;
  } finally {
    await refreshed;
  }
}
