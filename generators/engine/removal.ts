import type { Block } from './block.ts';
import { foldersAbove } from './paths.ts';

/** `Delete a, b and c.`: the paths of a block, and a whole folder by its name when all of it is the block's. */
export function removalOf(
  block: Block,
  sources: readonly { path: string; block: Block }[],
): string {
  const others = new Set(
    sources.filter((one) => one.block !== block).flatMap(({ path }) => foldersAbove(path)),
  );
  const own = sources.filter((one) => one.block === block).map(({ path }) => path);
  const named = own.map((path) => {
    const folder = foldersAbove(path).find((one) => !others.has(one));
    return folder === undefined ? path : `${folder}/`;
  });
  const [last, ...rest] = [...new Set(named)].sort().reverse();
  if (last === undefined) return 'Delete nothing: it has no files of its own.';
  return `Delete ${rest.length ? `${rest.reverse().join(', ')} and ` : ''}${last}.`;
}
