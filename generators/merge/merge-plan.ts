import { Refusal, suggest } from '../engine/errors.ts';
import type { Tree } from '../engine/tree.ts';
import { type Draft, type Entry, makeCommits } from '../git/fast-import.ts';
import { entriesOfHead, treesOfHead } from '../git/head.ts';
import { type Conflict, mergeTrees } from '../git/merge-tree.ts';
import { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { type Difference, diffTrees } from '../git/tree-diff.ts';
import { type Base, type BaseSources, findBase } from './base.ts';
import { findMovedFolders } from './moved-folders.ts';
import { findInTheWay } from './preflight.ts';
import { type Report, reportOf } from './report.ts';
import { resolveConflicts } from './resolve.ts';
import { layOut, type Sides } from './sides.ts';

/** What is to be merged into a repository. */
export interface MergeRequest extends BaseSources {
  /** How the new side is called in conflict markers, behind `nimble-ml/`. */
  label: string;
  /** Paths the user deleted and wants back. */
  restore: readonly string[];
  /** Whether what lies in the way stays there. */
  adopt: boolean;
  /** Whether one file can become another: of a newer version yes, of another block no. */
  followsFiles: boolean;
}

/** A merge that was made in the scratch repository and nowhere else. */
export interface MergePlan {
  /** The whole repository's tree after the merge, conflict markers and all. */
  tree: string;
  headTree: string;
  /** Tree of the render, as it would be committed. */
  rendered: string;
  /** Paths from the top of the repository. */
  differences: Difference[];
  conflicts: Conflict[];
  /** Untracked or ignored, where a new file belongs; from the top. */
  inTheWay: string[];
  report: Report;
  base: Base;
}

/** Merges the new render into the last commit, in memory. */
export async function planMerge(scratch: Scratch, request: MergeRequest): Promise<MergePlan> {
  const { repository, reader, target, label, restore } = request;
  const [trees, base] = await Promise.all([treesOfHead(reader, repository), findBase(request)]);
  await checkRestore(restore, base, target, repository);
  const sides = await layOut(base, target, repository, reader);
  const made = await makeCommits(scratch, draftsOf(sides, base, target, trees.project, label));
  const theirs = `nimble-ml/${label}`;
  const merged = await mergeTrees(scratch, 'nimble-ml/yours', theirs);
  const scratchReader = new ObjectReader(scratch.folder, scratch.env);
  const renames = await findRenames(scratch, sides);
  const moved = await findMovedFolders(renames, trees.project, scratchReader);
  const becameOthers = request.followsFiles ? [] : await findBecame(scratch, sides, theirs);
  const how = { restore, moved, becameOthers };
  const resolved = await resolveConflicts(merged, sides, target, how, scratchReader);
  await scratchReader.close();
  const whole = { head: trees.whole, project: merged.tree, fixes: resolved.fixes };
  let tree = await wholeTree(scratch, repository, whole);
  let differences = await diffTrees(scratch, trees.whole, tree);
  let inTheWay = findInTheWay(repository.top, differences);
  const adopted = request.adopt ? inTheWay : [];
  if (adopted.length > 0) {
    const left = differences.filter(({ path }) => isBelow(path, adopted));
    for (const { path } of left) whole.fixes.set(path.slice(repository.prefix.length), undefined);
    tree = await wholeTree(scratch, repository, whole);
    differences = await diffTrees(scratch, trees.whole, tree);
    inTheWay = findInTheWay(repository.top, differences);
  }
  const local = differences.map((one) => ({
    ...one,
    path: one.path.slice(repository.prefix.length),
  }));
  return {
    tree,
    headTree: trees.whole,
    rendered: made[1]?.tree ?? '',
    differences,
    conflicts: resolved.conflicts,
    inTheWay,
    report: reportOf({
      differences: local,
      conflicts: resolved.conflicts,
      renames,
      sides,
      adopted: adopted.map((path) => path.slice(repository.prefix.length)),
    }),
    base,
  };
}

/** What is to come back was rendered once, still would be, and is gone. */
async function checkRestore(
  restore: readonly string[],
  base: Base,
  target: Tree,
  repository: Repository,
): Promise<void> {
  if (restore.length === 0) return;
  const known = [...target.keys()].filter((path) => base.files.has(path));
  const there = await entriesOfHead(repository, known);
  const gone = known.filter((path) => !there.has(path));
  for (const path of restore) {
    if (gone.includes(path)) continue;
    throw new Refusal(`--restore: "${path}" is not a file that you deleted.${suggest(path, gone)}`);
  }
}

/** The true base and render, so that their objects are there; then the three that are merged. */
function draftsOf(sides: Sides, base: Base, target: Tree, project: string, label: string): Draft[] {
  const known = [...base.files].map(([path, { mode, id, bytes }]) => {
    return [path, bytes ? { mode, bytes } : { mode, id }] as const;
  });
  return [
    { branch: 'base-as-rendered', files: known },
    { branch: 'rendered', files: target },
    { branch: 'base', files: sides.base },
    { branch: 'nimble-ml/yours', parent: 'base', tree: project, files: sides.yours },
    { branch: `nimble-ml/${label}`, parent: 'base', files: sides.theirs },
  ];
}

interface Whole {
  head: string;
  project: string;
  fixes: Map<string, Entry | undefined>;
}

/** The project's merged part in its place in the repository. */
async function wholeTree(
  scratch: Scratch,
  { prefix }: Repository,
  { head, project, fixes }: Whole,
): Promise<string> {
  if (prefix === '' && fixes.size === 0) return project;
  const part = [prefix.slice(0, -1), { mode: '040000', id: project }] as const;
  const files = [
    ...(prefix === '' ? [] : [part]),
    ...[...fixes].map(([path, entry]) => [prefix + path, entry] as const),
  ];
  const start = prefix === '' ? project : head;
  const [made] = await makeCommits(scratch, [{ branch: 'result', tree: start, files }]);
  return made?.tree ?? '';
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((one) => path === one || path.startsWith(`${one}/`));
}

/** Where the user moved files that the templates change; asked only when one is not where it was. */
async function findRenames(scratch: Scratch, { changed }: Sides): Promise<Difference[]> {
  const gone = [...changed.values()].some((one) => one.base && !one.user);
  return gone ? diffTrees(scratch, 'base', 'nimble-ml/yours', { renames: true }) : [];
}

/** Files of a block that leaves, with edits in them, that look like files of the block that comes. */
async function findBecame(
  scratch: Scratch,
  { changed }: Sides,
  theirs: string,
): Promise<Difference[]> {
  const edited = [...changed].filter(([, { base, theirs: after, user }]) => {
    return base && user && !after && user.id !== base.id;
  });
  if (edited.length === 0) return [];
  const paths = new Set(edited.map(([path]) => path));
  const renames = await diffTrees(scratch, 'base', theirs, { renames: true });
  return renames.filter(({ from }) => paths.has(from ?? ''));
}
