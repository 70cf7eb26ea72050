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
import { type MergeInput, prepareInput } from './merge-input.ts';
import { findMovedFolders } from './moved-folders.ts';
import { findInTheWay } from './preflight.ts';
import { type Report, reportMerge } from './report.ts';
import { resolveConflicts } from './resolve.ts';

/** What is to be merged into a repository. */
export interface MergeRequest extends BaseSources {
  /** What conflict markers call the new render, behind `nimble-ml/`. */
  label: string;
  /** Paths the user deleted and wants back. */
  restore: readonly string[];
  /** Whether untracked files in the way of new ones stay. */
  adopt: boolean;
  /** Whether a file can be renamed to another: by a newer version yes, by another block no. */
  followsFiles: boolean;
}

/** A merge that exists in the scratch repository and nowhere else. */
export interface MergePlan {
  /** The whole repository's tree after the merge, conflict markers and all. */
  tree: string;
  headTree: string;
  /** Tree of the render, as it would be committed. */
  rendered: string;
  /** Paths from the top of the repository. */
  differences: Difference[];
  conflicts: Conflict[];
  /** Untracked or ignored paths that a new file needs; from the top. */
  inTheWay: string[];
  report: Report;
  base: Base;
}

/** The label of the user's commit in conflict markers. */
const CURRENT = 'nimble-ml/yours';

/** Merges the new render into the last commit, in memory. */
export async function planMerge(scratch: Scratch, request: MergeRequest): Promise<MergePlan> {
  const { repository, reader, incoming, restore } = request;
  const label = `nimble-ml/${request.label}`;
  const [trees, base] = await Promise.all([treesOfHead(reader, repository), findBase(request)]);
  await checkRestore(restore, base, incoming, repository);
  const input = await prepareInput(base, incoming, repository, reader);
  const drafts = draftsOf(input, base, incoming, trees.project, label);
  const [, rendered] = await makeCommits(scratch, drafts);
  const merged = await mergeTrees(scratch, CURRENT, label);
  const scratchReader = new ObjectReader(scratch.folder, scratch.env);
  const renames = await findRenames(scratch, input);
  const moved = await findMovedFolders(renames, trees.project, scratchReader);
  const mistakenRenames = request.followsFiles
    ? []
    : await findMistakenRenames(scratch, input, label);
  const options = { restore, moved, mistakenRenames };
  const resolved = await resolveConflicts(merged, input, incoming, options, scratchReader);
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
    rendered: rendered?.tree ?? '',
    differences,
    conflicts: resolved.conflicts,
    inTheWay,
    report: reportMerge({
      differences: local,
      conflicts: resolved.conflicts,
      renames,
      input,
      adopted: adopted.map((path) => path.slice(repository.prefix.length)),
    }),
    base,
  };
}

/** A file can be restored when it was rendered, would be rendered again, and is deleted. */
async function checkRestore(
  restore: readonly string[],
  base: Base,
  incoming: Tree,
  repository: Repository,
): Promise<void> {
  if (restore.length === 0) return;
  const known = [...incoming.keys()].filter((path) => base.files.has(path));
  const there = await entriesOfHead(repository, known);
  const gone = known.filter((path) => !there.has(path));
  for (const path of restore) {
    if (gone.includes(path)) continue;
    throw new Refusal(`--restore: "${path}" is not a file that you deleted.${suggest(path, gone)}`);
  }
}

/** Base and render as they are, so that their objects exist; then the three that are merged. */
function draftsOf(
  input: MergeInput,
  base: Base,
  incoming: Tree,
  project: string,
  label: string,
): Draft[] {
  const known = [...base.files].map(([path, { mode, id, bytes }]) => {
    return [path, bytes ? { mode, bytes } : { mode, id }] as const;
  });
  return [
    { branch: 'base-as-rendered', files: known },
    { branch: 'rendered', files: incoming },
    { branch: 'base', files: input.base },
    { branch: CURRENT, parent: 'base', tree: project, files: input.current },
    { branch: label, parent: 'base', files: input.incoming },
  ];
}

interface Whole {
  head: string;
  project: string;
  fixes: Map<string, Entry | undefined>;
}

/** The merged project in its folder of the repository. */
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

/** Where the user moved files that the templates change; git looks only when one is missing. */
async function findRenames(scratch: Scratch, { changed }: MergeInput): Promise<Difference[]> {
  const gone = [...changed.values()].some(({ base, current }) => base && !current);
  return gone ? diffTrees(scratch, 'base', CURRENT, { renames: true }) : [];
}

/** Edited files of a removed block that git takes for files of another one. */
async function findMistakenRenames(
  scratch: Scratch,
  { changed }: MergeInput,
  label: string,
): Promise<Difference[]> {
  const edited = [...changed].filter(([, { base, current, incoming }]) => {
    return base && current && !incoming && current.id !== base.id;
  });
  if (edited.length === 0) return [];
  const paths = new Set(edited.map(([path]) => path));
  const renames = await diffTrees(scratch, 'base', label, { renames: true });
  return renames.filter(({ from }) => paths.has(from ?? ''));
}
