import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';

/** A block that came because another one was left out, though something needs what both provide. */
export interface Replacement {
  left: string;
  capability: string;
  /** The provider that was chosen instead. */
  instead: string;
}

/** What came in place of the blocks that `--without` names, unless the user named it. */
export function findReplacements(
  answers: Pick<Answers, 'with' | 'without'>,
  blocks: readonly Block[],
  catalog: Catalog,
): Replacement[] {
  return answers.without.flatMap((id) => {
    const left = catalog.get(currentId(id, catalog));
    return (left?.provides ?? []).flatMap((capability) => {
      const instead = blocks.find((one) => one.provides.includes(capability));
      if (!left || !instead || answers.with.includes(instead.id)) return [];
      return [{ left: left.id, capability, instead: instead.id }];
    });
  });
}
