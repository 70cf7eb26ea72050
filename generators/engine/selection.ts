import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { Refusal, suggest } from './errors.ts';
import { plan } from './plan.ts';
import { providersOf } from './providers.ts';
import type { SavedAnswers } from './saved-answers.ts';
import { checkAlternatives, checkIds, checkNeeded, checkProvided } from './selection-checks.ts';

/** Which blocks a repository is to have: the two lists of its answers, as short as they can be. */
export interface Selection {
  with: string[];
  without: string[];
}

/** The blocks of a repository today. */
export function presentBlocks(saved: SavedAnswers, catalog: Catalog): Block[] {
  return plan(answersOf(saved), catalog);
}

function answersOf({ answers, phase }: SavedAnswers, selection: Partial<Selection> = {}): Answers {
  return { ...answers, phase, ...selection } as Answers;
}

/** The lists with these blocks added; one that is there already changes nothing. */
export function addBlocks(
  saved: SavedAnswers,
  given: readonly string[],
  catalog: Catalog,
): Selection {
  const ids = given.map((id) => currentId(id, catalog));
  checkIds(ids, saved, catalog);
  const present = presentBlocks(saved, catalog);
  const missing = ids.filter((id) => !present.some((one) => one.id === id));
  const selection = listsOf(saved, catalog);
  if (missing.length === 0) return selection;
  for (const id of missing) checkAlternatives(catalog.get(id), present);
  checkProvided(missing, selection.without, saved, catalog);
  return withBlocks(saved, take(selection, missing), missing, catalog);
}

/** The lists without these blocks; refused while another block needs what one of them provides. */
export function removeBlocks(
  saved: SavedAnswers,
  given: readonly string[],
  catalog: Catalog,
): Selection {
  const ids = given.map((id) => currentId(id, catalog));
  checkIds(ids, saved, catalog);
  const present = presentBlocks(saved, catalog);
  const leaving = present.filter((one) => ids.includes(one.id));
  const staying = present.filter((one) => !ids.includes(one.id));
  for (const block of leaving) checkNeeded(block, leaving, staying, saved, catalog);
  return withoutBlocks(saved, take(listsOf(saved, catalog), leaving.map(idOf)), leaving, catalog);
}

/** The lists with one provider of a capability in place of another. */
export function swapBlocks(
  saved: SavedAnswers,
  capability: string,
  given: string,
  catalog: Catalog,
): { selection: Selection; from: string; to: string } {
  const present = presentBlocks(saved, catalog);
  const old = present.find((one) => one.kind === 'block' && one.provides.includes(capability));
  const to = providerOf(capability, given, saved, catalog);
  if (!old) {
    const there = present.filter((one) => one.kind === 'block').flatMap((one) => one.provides);
    throw new Refusal(
      `Nothing here provides "${capability}".${suggest(capability, there.sort())} To have it: nimble-ml add ${to.id}`,
    );
  }
  if (old.id === to.id) return { selection: listsOf(saved, catalog), from: old.id, to: to.id };
  const others = take(listsOf(saved, catalog), [old.id, to.id]);
  const { without } = withoutBlocks(saved, others, [old], catalog);
  const selection = { ...withBlocks(saved, others, [to.id], catalog), without };
  return { selection, from: old.id, to: to.id };
}

function providerOf(
  capability: string,
  given: string,
  { answers }: SavedAnswers,
  catalog: Catalog,
): Block {
  const able = providersOf(capability, answers.modality, catalog);
  const names = [currentId(given, catalog), `${capability}-${given}`];
  const found = able.find((one) => names.includes(one.id));
  if (found) return found;
  if (able.length === 0) {
    const all = [...catalog.values()].filter((one) => one.kind === 'block');
    const known = [...new Set(all.flatMap((one) => one.provides))].sort();
    throw new Refusal(
      `"${capability}" is not a capability of a block.${suggest(capability, known)}`,
    );
  }
  throw new Refusal(
    `"${given}" does not provide "${capability}".${suggest(given, able.map(idOf))}`,
  );
}

function idOf({ id }: Block): string {
  return id;
}

/** The lists of a repository, with the ids that blocks have now. */
export function listsOf({ answers }: SavedAnswers, catalog: Catalog): Selection {
  const current = (ids: readonly string[]) => ids.map((id) => currentId(id, catalog));
  return { with: current(answers.with), without: current(answers.without) };
}

/** Both lists without these ids. */
function take(selection: Selection, ids: readonly string[]): Selection {
  const left = (list: readonly string[]) => list.filter((id) => !ids.includes(id));
  return { with: left(selection.with), without: left(selection.without) };
}

/** Names in `with` what would not come by itself. */
function withBlocks(
  saved: SavedAnswers,
  selection: Selection,
  ids: readonly string[],
  catalog: Catalog,
): Selection {
  const planned = planQuietly(saved, selection, catalog);
  const named = ids.filter((id) => !planned?.has(id));
  return { ...selection, with: [...new Set([...selection.with, ...named])].sort() };
}

/** Names in `without` what would come by itself. */
function withoutBlocks(
  saved: SavedAnswers,
  selection: Selection,
  blocks: readonly Block[],
  catalog: Catalog,
): Selection {
  const planned = planQuietly(saved, selection, catalog);
  const named = blocks.filter((one) => planned === undefined || planned.has(one.id)).map(idOf);
  return { ...selection, without: [...new Set([...selection.without, ...named])].sort() };
}

/** What these lists bring; undefined when they bring nothing that works yet. */
export function planQuietly(
  saved: SavedAnswers,
  selection: Selection,
  catalog: Catalog,
): Set<string> | undefined {
  try {
    return new Set(plan(answersOf(saved, selection), catalog).map(idOf));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
