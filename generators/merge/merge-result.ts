import { type Entry, makeCommits } from '../git/fast-import.ts';
import type { Repository } from '../git/repository.ts';
import type { Scratch } from '../git/scratch.ts';
import { type Difference, diffTrees } from '../git/tree-diff.ts';
import { findInTheWay } from './preflight.ts';

/** The tree that a merge ends with. Paths are from the top of the repository. */
export interface MergeResult {
  tree: string;
  /** Between the last commit and the result. */
  differences: Difference[];
  /** Untracked or ignored paths that a new file needs. */
  inTheWay: string[];
  /** Those of them that stay, because the user asked for it. */
  adopted: string[];
}

export interface ResultSources {
  scratch: Scratch;
  repository: Repository;
  /** The tree of the last commit. */
  headTree: string;
  /** The merged tree of the project. */
  project: string;
  /** What the result has instead, by path in the project. */
  fixes: ReadonlyMap<string, Entry | undefined>;
}

/** Makes the tree of the whole repository; with `adopt`, without the files that something is in the way of. */
export async function makeResult(sources: ResultSources, adopt: boolean): Promise<MergeResult> {
  const result = await resultOf(sources);
  const adopted = adopt ? result.inTheWay : [];
  if (adopted.length === 0) return { ...result, adopted };
  const left = result.differences.filter(({ path }) => isBelow(path, adopted));
  const fixes = new Map(sources.fixes);
  for (const { path } of left) fixes.set(path.slice(sources.repository.prefix.length), undefined);
  return { ...(await resultOf({ ...sources, fixes })), adopted };
}

async function resultOf(sources: ResultSources): Promise<Omit<MergeResult, 'adopted'>> {
  const tree = await makeTree(sources);
  const differences = await diffTrees(sources.scratch, sources.headTree, tree);
  return { tree, differences, inTheWay: findInTheWay(sources.repository.top, differences) };
}

/** The merged project in its folder of the repository. */
async function makeTree(sources: ResultSources): Promise<string> {
  const { scratch, headTree, project, fixes } = sources;
  const { prefix } = sources.repository;
  if (prefix === '' && fixes.size === 0) return project;
  const folder = [prefix.slice(0, -1), { mode: '040000', id: project }] as const;
  const files = [
    ...(prefix === '' ? [] : [folder]),
    ...[...fixes].map(([path, entry]) => [prefix + path, entry] as const),
  ];
  const start = prefix === '' ? project : headTree;
  const [made] = await makeCommits(scratch, [{ branch: 'result', tree: start, files }]);
  return made?.tree ?? '';
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((one) => path === one || path.startsWith(`${one}/`));
}
