import type { Addition, Block } from './block.ts';
import type { Catalog } from './catalog.ts';
import { shown } from './disk.ts';
import { Refusal, suggest } from './errors.ts';
import { namesIn } from './presence.ts';

/** Every name by which a block speaks of something else is the name of one thing that exists. */
export function checkAllNames(catalog: Catalog): void {
  checkAliases(catalog);
  const known = namesOf(catalog);
  for (const block of catalog.values()) checkNames(block, known);
}

/** A former id means one block, and no block that there is now. */
function checkAliases(catalog: Catalog): void {
  const owners = new Map(catalog);
  for (const block of catalog.values()) {
    for (const alias of block.aliases) {
      const other = owners.get(alias);
      if (other) {
        throw new Refusal(
          `${block.where('aliases')}: "${alias}" is an id or a former id of "${other.id}" already (${other.where('id')}).`,
        );
      }
      owners.set(alias, block);
    }
  }
}

/** Everything that a block may name, by what it is. */
function namesOf(catalog: Catalog): Record<NameKind, ReadonlySet<string>> {
  const blocks = [...catalog.values()];
  const modalities = blocks.filter((one) => one.kind === 'modality');
  const capabilities = blocks.flatMap((one) => one.provides);
  const ids = blocks.flatMap((one) => [one.id, ...one.aliases]);
  return {
    modality: new Set(modalities.map((one) => one.id)),
    block: new Set(ids),
    capability: new Set(capabilities),
    'block or capability': new Set([...ids, ...capabilities]),
    question: new Set(blocks.flatMap((one) => Object.keys(one.options))),
    slot: new Set(blocks.flatMap((one) => Object.keys(one.slots))),
  };
}

type NameKind = 'modality' | 'block' | 'capability' | 'block or capability' | 'question' | 'slot';

/** Names of other blocks, capabilities, questions and slots in a block are names that exist. */
function checkNames(block: Block, known: ReturnType<typeof namesOf>): void {
  const check = (kind: NameKind, names: readonly string[], ...keys: string[]) => {
    for (const name of names) {
      if (!known[kind].has(name)) {
        throw new Refusal(
          `${block.where(...keys, name)}: there is no ${kind} "${name}".${suggest(name, known[kind])}`,
        );
      }
    }
  };
  const checkSlots = ({ entries = {} }: Addition, ...keys: string[]) =>
    check('slot', Object.keys(entries), ...keys, 'entries');
  check('modality', block.modalities ?? [], 'modalities');
  check('block', block.conflicts, 'conflicts');
  check('capability', block.requires, 'requires');
  check('capability', block.whenPresent, 'whenPresent');
  check('question', Object.keys(block.when), 'when');
  checkSlots(block);
  for (const [key, addition] of Object.entries(block.with)) {
    check('block or capability', namesIn(key), 'with', key);
    checkSlots(addition, 'with', key);
  }
  for (const { folder, needs } of block.fileSets) {
    const unknown = needs.find((name) => !known['block or capability'].has(name));
    if (unknown !== undefined) {
      throw new Refusal(
        `${shown(folder)}: there is no block or capability "${unknown}".${suggest(unknown, known['block or capability'])}`,
      );
    }
  }
}
