import type { Catalog } from '../../engine/catalog.ts';
import type { Base } from '../../merge/base.ts';
import type { DesiredState } from './desired-state.ts';
import type { ExistingRepository } from './existing-repository.ts';

/** What removed blocks leave outside of the repository's files, and how to end it. */
export function describeRemains(
  { saved, repository }: ExistingRepository,
  desired: DesiredState,
  catalog: Catalog,
): string[] {
  const removed = saved.blocks.filter((id) => !desired.state.blocks.includes(id));
  const before = repository.head.slice(0, 10);
  return removed.flatMap((id) => {
    const remains = catalog.get(id)?.remains;
    return remains === undefined ? [] : [`${id}: ${remains.replaceAll('COMMIT', before)}`];
  });
}

/** A note where the tree that was merged from is not exactly the one that was rendered at the time. */
export function describeBase({ from, rerendered }: Base): string[] {
  if (from === 'render') {
    return [
      'The lock file is missing and no commit holds the tree as it was rendered. It was rendered again with this version, so a change of the templates may look like one of your edits.',
    ];
  }
  if (rerendered.length === 0) return [];
  return [
    `The text that was rendered earlier is no longer stored for ${rerendered.join(', ')}. It was rendered again with this version: review what was merged there.`,
  ];
}
