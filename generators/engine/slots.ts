import type { Block } from './block.ts';
import { Refusal } from './errors.ts';
import { type Contribution, contributionsOf } from './presence.ts';

/** slot → its entries, sorted by key. */
export type FilledSlots = Readonly<Record<string, readonly (readonly [string, string])[]>>;

/** Collects what every block contributes. The order of the blocks does not matter. */
export function fillSlots(blocks: readonly Block[]): FilledSlots {
  const slots = new Map<string, { owner: Block; entries: Map<string, [string, Contribution]> }>();
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
  for (const contribution of retiredLast(contributionsOf(blocks))) {
    for (const [name, entries] of Object.entries(contribution.entries ?? {})) {
      const slot = slots.get(name);
      if (!slot) continue; // its block is not selected; discoverBlocks checked that the slot exists
      for (const [key, value] of Object.entries(entries))
        addEntry(slot.entries, name, key, value, contribution);
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

/** Contributions of blocks that are no longer shipped after those of the others. */
function retiredLast(all: readonly Contribution[]): Contribution[] {
  return [...all.filter((one) => !one.block.retired), ...all.filter((one) => one.block.retired)];
}

function addEntry(
  entries: Map<string, [string, Contribution]>,
  slot: string,
  key: string,
  value: string,
  from: Contribution,
): void {
  const other = entries.get(key)?.[1];
  if (other && from.block.retired) return; // the other knows what belongs there today
  if (other) {
    throw new Refusal(
      `${from.where('entries', slot, key)}: "${other.block.id}" gives "${key}" of the slot "${slot}" already (${other.where('entries', slot, key)}). One block owns a key.`,
    );
  }
  entries.set(key, [value, from]);
}
