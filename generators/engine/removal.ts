import type { Block, TemplateFile } from './block.ts';
import type { JobView } from './ci-jobs.ts';
import { foldersAbove } from './paths.ts';

/** A path of the tree, the block that gives it, and the CI job it is for. */
export interface PathSource {
  path: string;
  block: Block;
  file: Pick<TemplateFile, 'needs'>;
  job?: JobView;
}

/** `Delete a, b and c.`: what is there because of a block; a folder by its name when nothing else is in it. */
export function removalOf(block: Block, sources: readonly PathSource[]): string {
  const own = sources.filter((one) => isDueTo(block, one)).map(({ path }) => path);
  const [all, mine] = [countBelow(sources), countFiles(own)];
  const named = own.map((path) => {
    const folder = foldersAbove(path).find((one) => all.get(one) === mine.get(one));
    return folder === undefined ? path : `${folder}/`;
  });
  const [last, ...rest] = [...new Set(named)].sort().reverse();
  if (last === undefined) return 'Delete nothing: it has no files of its own.';
  return `Delete ${rest.length ? `${rest.reverse().join(', ')} and ` : ''}${last}.`;
}

const counted = new WeakMap<readonly PathSource[], ReadonlyMap<string, number>>();

/** How many paths are below each folder; counted once for all the blocks of a repository. */
function countBelow(sources: readonly PathSource[]): ReadonlyMap<string, number> {
  const counts = counted.get(sources) ?? countFiles(sources.map(({ path }) => path));
  counted.set(sources, counts);
  return counts;
}

function countFiles(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const folder of paths.flatMap(foldersAbove))
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return counts;
}

/** A file of the block, one of another block for it, or the workflow of one of its CI jobs. */
export function isDueTo(block: Block, source: PathSource): boolean {
  const { id, aliases, provides } = block;
  return (
    source.block === block ||
    source.job?.owner === id ||
    source.file.needs.some(
      (name) => name === id || aliases.includes(name) || provides.includes(name),
    )
  );
}
