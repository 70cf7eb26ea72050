import type { Tree } from '../engine/tree.ts';
import { type Draft, makeCommits } from '../git/fast-import.ts';
import { treesOfHead } from '../git/head.ts';
import { type Conflict, mergeTrees } from '../git/merge-tree.ts';
import { ObjectReader } from '../git/object-reader.ts';
import type { Scratch } from '../git/scratch.ts';
import { type Difference, diffTrees } from '../git/tree-diff.ts';
import { type Base, type BaseSources, findBase } from './base.ts';
import { expandRestore, type LeftOut, leaveOut, without } from './deleted-folders.ts';
import { type KeptRules, keepIgnoreRules } from './ignore-rules.ts';
import { type MergeInput, prepareInput } from './merge-input.ts';
import { makeResult } from './merge-result.ts';
import type { MovedFolder } from './moved-folders.ts';
import { findMoves, type Moves, movesOfFiles, placeFiles } from './moves.ts';
import { type RenamedPackage, withFormerPaths } from './renamed-package.ts';
import { type Report, reportMerge } from './report.ts';
import { resolveConflicts } from './resolve.ts';
import { findShadows } from './shadows.ts';

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
  /** The package, where the user renamed it since the last render. */
  renamedPackage?: RenamedPackage | undefined;
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
  /** Ignore rules that stay because they cover something. */
  keptRules: KeptRules[];
  /** Folders of the project that the user moved and that something was put into. */
  moved: readonly MovedFolder[];
  /** New files that stay out because the user deleted their folder. */
  leftOut: readonly LeftOut[];
  /** What of the team and what is new hide one another. */
  shadowNotes: readonly string[];
}

/** The label of the user's commit in conflict markers. */
const CURRENT = 'nimble-ml/yours';

/** Merges the new render into the last commit, in memory. */
export async function planMerge(scratch: Scratch, request: MergeRequest): Promise<MergePlan> {
  const { repository, reader } = request;
  const label = `nimble-ml/${request.label}`;
  const [trees, found] = await Promise.all([treesOfHead(reader, repository), findBase(request)]);
  const moves = await movesOf(scratch, request, found, trees.project);
  const base = { ...found, files: placeFiles(found.files, moves) };
  const all = placeFiles(withFormerPaths(request), moves);
  const wanted = { base, incoming: all, moves, repository };
  const restore = await expandRestore(request.restore, wanted, reader);
  const present = leaveOut(wanted, restore);
  const { leftOut: replaced, notes: shadowNotes } = await findShadows(
    { ...wanted, incoming: present.incoming },
    reader,
    { adopt: request.adopt, restore },
  );
  const leftOut = [...present.leftOut, ...replaced];
  const incoming = without(present.incoming, replaced);
  const former = placeFiles(request.renamedPackage?.before ?? new Map(), moves);
  const input = await prepareInput(base, incoming, repository, reader, former);
  const keptRules = await keepIgnoreRules(input, repository, reader);
  const drafts = draftsOf(input, found, request.incoming, trees.project, label);
  const [, rendered] = await makeCommits(scratch, drafts);
  const merged = await mergeTrees(scratch, CURRENT, label);
  const scratchReader = new ObjectReader(scratch.folder, scratch.env);
  const renames = await findRenames(scratch, input);
  const mistakenRenames = request.followsFiles
    ? []
    : await findMistakenRenames(scratch, input, label);
  const options = { restore, mistakenRenames };
  const resolved = await resolveConflicts(merged, input, incoming, options, scratchReader);
  const { conflicts, fixes } = resolved;
  const made = { scratch, repository, headTree: trees.whole, project: merged.tree, fixes };
  const [result] = await Promise.all([makeResult(made, request.adopt), scratchReader.close()]);
  const inProject = (path: string) => path.slice(repository.prefix.length);
  return {
    tree: result.tree,
    headTree: trees.whole,
    rendered: rendered?.tree ?? '',
    differences: result.differences,
    conflicts,
    inTheWay: result.inTheWay,
    report: reportMerge({
      differences: result.differences.map((one) => ({ ...one, path: inProject(one.path) })),
      conflicts,
      renames: [...movesOfFiles(found.files, moves), ...renames],
      input,
      adopted: result.adopted.map(inProject),
      leftOut,
    }),
    base,
    keptRules,
    moved: moves.folders,
    leftOut,
    shadowNotes,
  };
}

function movesOf(
  scratch: Scratch,
  request: MergeRequest,
  base: Base,
  project: string,
): Promise<Moves> {
  const { repository, reader, renamedPackage: known } = request;
  const sources = { repository, reader, scratch, project, known };
  return findMoves(base, withFormerPaths(request), sources);
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
