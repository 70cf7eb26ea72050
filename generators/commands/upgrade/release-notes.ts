import type { Change, Target } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { isNewer } from '../../engine/saved-answers.ts';

/** What changed in the templates since a version, for the blocks that a repository has. */
export function newsFor(
  since: string,
  { blocks, standing }: Target,
  catalog: Catalog,
): Change['changes'] {
  const news = blocks.flatMap(({ id }) =>
    Object.entries(catalog.get(id)?.changes ?? {}).map(([version, text]) => ({
      version,
      block: id,
      text,
    })),
  );
  return news
    .filter(({ version }) => isNewer(version, since) && !isNewer(version, standing.version))
    .sort((a, b) => {
      if (a.version !== b.version) return isNewer(a.version, b.version) ? 1 : -1;
      return a.block < b.block ? -1 : 1;
    });
}
