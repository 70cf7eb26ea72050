import type { Answers, Block } from './block.ts';
import type { Catalog } from './catalog.ts';
import { quoteAll, Refusal, suggest } from './errors.ts';
import { fits, providersOf } from './providers.ts';
import type { SavedAnswers } from './saved-answers.ts';

/** Names that are blocks for this repository. */
export function checkIds(
  ids: readonly string[],
  { answers }: SavedAnswers,
  catalog: Catalog,
): void {
  const fitting = [...catalog.values()].filter(
    (one) => one.kind === 'block' && fits(one, answers.modality),
  );
  const allowed = fitting.map(idOf).sort();
  if (ids.length === 0) throw new Refusal(`No block is named. Allowed: ${quoteAll(allowed)}.`);
  for (const id of ids) {
    if (allowed.includes(id)) continue;
    const other = catalog.get(id);
    const reason =
      other?.kind === 'block'
        ? `"${id}" is for ${quoteAll(other.modalities ?? [])}, not for "${answers.modality}".`
        : `"${id}" is not a block.`;
    throw new Refusal(`${reason}${suggest(id, allowed)}`);
  }
}

/** A capability that is provided already is swapped, not added twice. */
export function checkAlternatives(block: Block | undefined, present: readonly Block[]): void {
  for (const capability of block?.provides ?? []) {
    const provider = present.find((one) => one.provides.includes(capability));
    if (!provider) continue;
    throw new Refusal(
      `"${provider.id}" provides "${capability}" already, and a repository has one provider for it. To have "${block?.id}" instead: nimble-ml swap ${capability} ${block?.id}`,
    );
  }
  const conflicting = present.find(
    (one) => block?.conflicts.includes(one.id) || (block && one.conflicts.includes(block.id)),
  );
  if (conflicting) {
    throw new Refusal(
      `"${block?.id}" conflicts with "${conflicting.id}". To have it, first: nimble-ml remove ${conflicting.id}`,
    );
  }
}

/** What blocks require was not taken out of this repository, or comes back with them. */
export function checkProvided(
  ids: readonly string[],
  without: readonly string[],
  { answers }: SavedAnswers,
  catalog: Catalog,
): void {
  for (const id of ids) {
    for (const capability of catalog.get(id)?.requires ?? []) {
      const able = providersOf(capability, answers.modality, catalog).map(idOf);
      const isOut = (one: string) => without.includes(one) && !ids.includes(one);
      if (able.length === 0 || !able.every(isOut)) continue;
      throw new Refusal(
        `"${id}" requires "${capability}", and ${quoteAll(able)} ${able.length === 1 ? 'was' : 'were'} taken out. Add one as well: nimble-ml add ${[...ids, able[0]].join(' ')}`,
      );
    }
  }
}

/** Why a block has to stay, with the two ways out. */
export function checkNeeded(
  block: Block,
  leaving: readonly Block[],
  staying: readonly Block[],
  { answers }: SavedAnswers,
  catalog: Catalog,
): void {
  for (const capability of block.provides) {
    const dependent = staying.filter((one) => one.requires.includes(capability));
    if (dependent.length === 0) continue;
    const able = providersOf(capability, answers.modality, catalog);
    const others = able.filter((one) => !leaving.includes(one));
    const way =
      others.length > 0
        ? `To have another instead: nimble-ml swap ${capability} ${others.map(idOf).sort().join('|')}`
        : describeRemoval(dependent, leaving, staying);
    throw new Refusal(
      `"${block.id}" stays: ${quoteAll(dependent.map(idOf))} ${dependent.length === 1 ? 'requires' : 'require'} "${capability}", which it provides. ${way}`,
    );
  }
}

/** What has to be removed as well, with all that requires it in turn; a modality cannot be. */
function describeRemoval(
  dependent: readonly Block[],
  leaving: readonly Block[],
  staying: readonly Block[],
): string {
  const going = new Set([...leaving, ...dependent]);
  const isLost = (capability: string) =>
    ![...staying].some((one) => !going.has(one) && one.provides.includes(capability)) &&
    [...going].some((one) => one.provides.includes(capability));
  for (let size = 0; size < going.size; ) {
    size = going.size;
    for (const one of staying) if (one.requires.some(isLost)) going.add(one);
  }
  const fixed = [...going].find(({ kind }) => kind !== 'block');
  if (fixed) return `"${fixed.id}" is not a block that can be removed.`;
  const more = [...going].filter((one) => !leaving.includes(one));
  const all = [...going].map(idOf).join(' ');
  return `Remove ${quoteAll(more.map(idOf))} too, or keep it. To remove all: nimble-ml remove ${all}`;
}

/** Why no block provides what one requires: the user left it out, or none is chosen. */
export function noProvider(
  capability: string,
  asking: Block,
  able: readonly Block[],
  { without }: Answers,
): Refusal {
  const ids = able.map((block) => block.id);
  const left = able.filter((block) => without.includes(block.id));
  const needs = `"${asking.id}" requires "${capability}"`;
  const [key] = left.flatMap((block) => Object.keys(block.when));
  if (key !== undefined) {
    const others = able.filter((block) => !left.includes(block)).map((block) => block.when[key]);
    return new Refusal(
      `--without: ${needs}, which "${left[0]?.id}" provides. Choose another with --${key}. Allowed: ${quoteAll(others.map(String))}.`,
    );
  }
  if (ids.length > 0 && left.length === ids.length) {
    const both = asking.kind === 'block' ? `, or leave "${asking.id}" out too` : '';
    return new Refusal(
      `--without: ${needs}, and every block that provides it is left out: ${quoteAll(ids)}. Keep one of them${both}.`,
    );
  }
  return new Refusal(
    `${asking.where('requires')}: ${needs}, which no chosen block provides. Add one with --with. Allowed: ${quoteAll(ids)}.`,
  );
}

function idOf({ id }: Block): string {
  return id;
}
