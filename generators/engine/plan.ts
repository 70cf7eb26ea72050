import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { quoteAll, Refusal, suggest } from './errors.ts';
import { arePresent } from './presence.ts';
import { fits, isChosen, providersOf } from './providers.ts';
import { noProvider } from './selection-checks.ts';

/** The blocks that these answers bring, sorted by id. */
export function plan(given: Answers, catalog: Catalog): Block[] {
  const answers = {
    ...given,
    with: given.with.map((id) => currentId(id, catalog)),
    without: given.without.map((id) => currentId(id, catalog)),
  };
  checkLists(answers, catalog);
  const chosen = new Map<string, Block>();
  const waiting: Block[] = [];
  for (const block of catalog.values()) {
    if (!arrives(block, answers)) continue;
    if (block.whenPresent.length > 0 && !answers.with.includes(block.id)) waiting.push(block);
    else chosen.set(block.id, block);
  }
  meetRequirements(chosen, answers, catalog);
  while (addWaiting(chosen, waiting)) meetRequirements(chosen, answers, catalog);
  checkTogether(chosen);
  return [...chosen.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Adds the blocks whose `whenPresent` is met by now; false when there was none. */
function addWaiting(chosen: Map<string, Block>, waiting: readonly Block[]): boolean {
  const present = [...chosen.values()];
  const ready = waiting.filter(
    (block) => !chosen.has(block.id) && arePresent(block.whenPresent, present),
  );
  for (const block of ready) chosen.set(block.id, block);
  return ready.length > 0;
}

/** Whether a block is due by itself or was asked for. */
export function arrives(block: Block, answers: Answers): boolean {
  if (block.kind === 'skeleton') return true;
  if (block.kind === 'modality') return block.id === answers.modality;
  if (answers.with.includes(block.id)) return true;
  if (answers.without.includes(block.id) || !fits(block, answers.modality)) return false;
  const due = block.phase !== 'never' && block.phase <= answers.phase;
  return due && isChosen(block, answers);
}

/** `with` and `without` name blocks that can be added and left out. */
function checkLists(answers: Answers, catalog: Catalog): void {
  const blocks = [...catalog.values()].filter((block) => block.kind === 'block');
  const allowed = blocks.filter((block) => fits(block, answers.modality)).map((block) => block.id);
  for (const list of ['with', 'without'] as const) {
    for (const id of answers[list]) {
      if (!allowed.includes(id)) {
        const known = blocks.find((block) => block.id === id);
        const reason = known
          ? `"${id}" is for ${quoteAll(known.modalities ?? [])}, not for "${answers.modality}".`
          : `there is no block "${id}".`;
        throw new Refusal(`--${list}: ${reason}${suggest(id, allowed)}`);
      }
    }
  }
  const both = answers.with.find((id) => answers.without.includes(id));
  if (both) throw new Refusal(`"${both}" is in --with and in --without. Name it in one of them.`);
}

/** Adds the one provider of each capability that is required and not there, until all are met. */
function meetRequirements(chosen: Map<string, Block>, answers: Answers, catalog: Catalog): void {
  const queue = [...chosen.values()];
  for (let block = queue.shift(); block; block = queue.shift()) {
    for (const capability of block.requires) {
      if ([...chosen.values()].some((one) => one.provides.includes(capability))) continue;
      const provider = onlyProvider(capability, block, answers, catalog);
      chosen.set(provider.id, provider);
      queue.push(provider);
    }
  }
  checkCycles(chosen);
}

function onlyProvider(
  capability: string,
  asking: Block,
  answers: Answers,
  catalog: Catalog,
): Block {
  const able = providersOf(capability, answers.modality, catalog);
  const free = able.filter(
    (block) => !answers.without.includes(block.id) && isChosen(block, answers),
  );
  if (free.length === 1 && free[0]) return free[0];
  throw noProvider(capability, asking, able, answers);
}

/** One provider per capability, no declared conflict. */
function checkTogether(chosen: ReadonlyMap<string, Block>): void {
  const providers = new Map<string, Block>();
  for (const block of chosen.values()) {
    for (const capability of block.provides) {
      const other = providers.get(capability);
      if (other) {
        throw new Refusal(
          `"${other.id}" and "${block.id}" both provide "${capability}" (${other.where('provides')}, ${block.where('provides')}). Leave one out with --without.`,
        );
      }
      providers.set(capability, block);
    }
    const conflicting = block.conflicts.find((id) => chosen.has(id));
    if (conflicting) {
      throw new Refusal(
        `${block.where('conflicts')}: "${block.id}" conflicts with "${conflicting}". Leave one out with --without.`,
      );
    }
  }
}

/** Blocks that require each other could never be taken out again one by one. */
function checkCycles(chosen: ReadonlyMap<string, Block>): void {
  const done = new Set<string>();
  const visit = (block: Block, path: Block[]): void => {
    const start = path.indexOf(block);
    if (start >= 0) {
      const ring = [...path.slice(start), block].map((one) => one.id).join(' → ');
      throw new Refusal(
        `${block.where('requires')}: blocks require each other in a ring: ${ring}.`,
      );
    }
    if (done.has(block.id)) return;
    for (const capability of block.requires) {
      for (const one of chosen.values()) {
        if (one.provides.includes(capability)) visit(one, [...path, block]);
      }
    }
    done.add(block.id);
  };
  for (const block of chosen.values()) visit(block, []);
}
