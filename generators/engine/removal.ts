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
  const others = new Set(
    sources.filter((one) => !isDueTo(block, one)).flatMap(({ path }) => foldersAbove(path)),
  );
  const own = sources.filter((one) => isDueTo(block, one)).map(({ path }) => path);
  const named = own.map((path) => {
    const folder = foldersAbove(path).find((one) => !others.has(one));
    return folder === undefined ? path : `${folder}/`;
  });
  const [last, ...rest] = [...new Set(named)].sort().reverse();
  if (last === undefined) return 'Delete nothing: it has no files of its own.';
  return `Delete ${rest.length ? `${rest.reverse().join(', ')} and ` : ''}${last}.`;
}

/** A file of the block, one of another block for it, or the workflow of one of its CI jobs. */
export function isDueTo(block: Block, source: PathSource): boolean {
  const names = [block.id, ...block.aliases, ...block.provides];
  return (
    source.block === block ||
    source.job?.owner === block.id ||
    source.file.needs.some((name) => names.includes(name))
  );
}
