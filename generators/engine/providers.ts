import type { Answers, Block } from './block.ts';
import type { Catalog } from './catalog.ts';

/** Whether the answers choose a block that is one of several, such as a cloud. */
export function isChosen(block: Block, answers: Answers): boolean {
  return Object.entries(block.when).every(([key, value]) => answers[key] === value);
}

/** The blocks that provide a capability in a repository of this modality. */
export function providersOf(capability: string, modality: string, catalog: Catalog): Block[] {
  return [...catalog.values()].filter(
    (block) =>
      block.kind === 'block' && block.provides.includes(capability) && fits(block, modality),
  );
}

/** Whether a block is for a modality. */
export function fits(block: Block, modality: string): boolean {
  return block.modalities?.includes(modality) ?? true;
}
