import type { Tree } from '../engine/tree.ts';
import { type Identity, makeCommit } from './identity.ts';
import { attempt, git, gitLine, readId } from './process.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** Commits a tree exactly as rendered: no hook, filter, signature, ignore rule or line-ending setting takes part. */
export async function commitTree(
  folder: string,
  tree: Tree,
  message: (treeId: string) => string,
  fallback: Identity,
): Promise<string> {
  return commitEntries(folder, await storeFiles(folder, tree), message, fallback, []);
}

/** Commits files of a folder on top of commits; what else is in the index comes along. */
export async function commitOnTop(
  folder: string,
  tree: Tree,
  message: string,
  fallback: Identity,
  parents: readonly string[],
): Promise<string> {
  const entries = await storeFiles(folder, tree);
  return commitEntries(folder, entries, () => message, fallback, parents);
}

/** Makes a commit without parents of a tree that is on disk somewhere else; no branch has it yet. */
export async function makeRootCommit(
  folder: string,
  { tree, place, index }: { tree: Tree; place: string; index: string },
  message: (treeId: string) => string,
  fallback: Identity,
): Promise<string> {
  const objects = await gitLine(folder, ['rev-parse', '--absolute-git-dir']);
  const entries = await storeFiles(place, tree, { GIT_DIR: objects });
  const env = { GIT_INDEX_FILE: index };
  await git(folder, ['update-index', '-z', '--add', '--index-info'], {
    input: entries.join(''),
    env,
  });
  const id = readId('write-tree', await git(folder, ['write-tree'], { env }));
  return makeCommit(folder, { tree: id, parents: [], message: message(id), fallback });
}

/** The lines of an index with the files of a tree as they are on disk. */
async function storeFiles(
  folder: string,
  tree: Tree,
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const paths = [...tree.keys()];
  const printed = await gitLine(folder, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {
    input: `${paths.join('\n')}\n`,
    env,
  });
  const ids = printed.split('\n');
  if (ids.length !== paths.length || !ids.every(isId))
    throw unexpectedOutput('hash-object', printed);
  return ids.map((id, index) => `${tree.get(paths[index] ?? '')?.mode} ${id}\t${paths[index]}\0`);
}

/** Commits one more file as it is on disk. */
export async function commitFile(
  folder: string,
  path: string,
  message: string,
  fallback: Identity,
): Promise<string> {
  const hashed = await git(folder, ['hash-object', '-w', '--no-filters', '--', path]);
  const id = readId('hash-object', hashed);
  const prefix = await gitLine(folder, ['rev-parse', '--show-prefix']); // may begin with a blank
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
  const tree = readId('write-tree', await git(folder, ['write-tree']));
  const refreshed = attempt(folder, ['update-index', '-q', '--refresh']); // the index alone, so meanwhile:
  try {
    const commit = await makeCommit(folder, { tree, parents, message: message(tree), fallback });
    await git(folder, ['update-ref', '-m', 'commit', 'HEAD', commit]);
    return commit;
  } finally {
    await refreshed;
  }
}
