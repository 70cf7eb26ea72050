import type { Block } from './block.ts';
import { Refusal } from './errors.ts';

/** slot → its entries, sorted by key. */
export type FilledSlots = Readonly<Record<string, readonly (readonly [string, string])[]>>;

/** Collects what every block contributes. The order of the blocks does not matter. */
export function fillSlots(blocks: readonly Block[]): FilledSlots {
  const slots = new Map<string, { owner: Block; entries: Map<string, [string, Block]> }>();
  for (const owner of blocks) {
    for (const slot of Object.keys(owner.slots)) {
      const other = slots.get(slot);
      if (other) {
        throw new Refusal(
          `${owner.where('slots', slot)}: the slot "${slot}" is declared by "${other.owner.id}" already (${other.owner.where('slots', slot)}).`,
        );
      }
      slots.set(slot, { owner, entries: new Map() });
    }
  }
  for (const block of blocks) {
    for (const [name, entries] of Object.entries(block.fills)) {
      const slot = slots.get(name);
      if (!slot) continue; // its block is not here; that the slot exists discoverBlocks checked
      for (const [key, value] of Object.entries(entries))
        claim(slot.entries, name, key, value, block);
    }
  }
  return Object.fromEntries(
    [...slots].map(([name, { entries }]) => [
      name,
      [...entries]
        .map(([key, [value]]) => [key, value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  );
}

function claim(
  entries: Map<string, [string, Block]>,
  slot: string,
  key: string,
  value: string,
  block: Block,
): void {
  const other = entries.get(key)?.[1];
  if (other) {
    throw new Refusal(
      `${block.where('fills', slot, key)}: "${other.id}" fills "${key}" of "${slot}" already (${other.where('fills', slot, key)}). One block owns a key.`,
    );
  }
  entries.set(key, [value, block]);
}
