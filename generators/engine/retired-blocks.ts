import type { Answers, Block } from './block.ts';
import type { BlockRecord, BlockRecords } from './block-records.ts';
import type { Catalog } from './catalog.ts';
import { quoteAll } from './errors.ts';
import { arrives } from './plan.ts';
import { fits } from './providers.ts';
import { retiredBlock, type StoredFile } from './retired-block.ts';
import type { SavedAnswers } from './saved-answers.ts';
import { listsOf, planQuietly } from './selection.ts';

/** What a repository has that this version does not, as blocks that render what is there. */
export interface Adapted {
  saved: SavedAnswers;
  catalog: Catalog;
  /** Blocks that are here and that this version does not have. */
  retired: readonly Block[];
  /** Blocks that are here and come from a folder that was not named. */
  elsewhere: readonly string[];
}

export interface AdaptSources {
  records: BlockRecords;
  /** Whether an unknown block of another folder is treated as one that exists no more. */
  isGone: (id: string) => boolean;
  /** The rendered files at these paths. */
  readFiles: (paths: readonly string[]) => Promise<StoredFile[]>;
  /** Rendered paths that nothing in this version accounts for. */
  findUnknown: (saved: SavedAnswers, catalog: Catalog) => Promise<string[]>;
}

/**
 * The answers by which a newer version writes the blocks that are here: those that no longer come by themselves are named in
 * `with`.
 */
export function keepPresent(
  saved: SavedAnswers,
  records: BlockRecords,
  catalog: Catalog,
): SavedAnswers {
  const planned = planQuietly(saved, listsOf(saved, catalog), catalog);
  if (!planned) return saved;
  const provided = new Set([...planned].flatMap((id) => catalog.get(id)?.provides ?? []));
  const kept = saved.blocks.filter((id) => {
    const block = catalog.get(id);
    if (!block || records[id] === undefined || planned.has(id)) return false;
    return fits(block, saved.answers.modality) && !block.provides.some((one) => provided.has(one));
  });
  const { answers } = saved;
  return { ...saved, answers: { ...answers, with: [...answers.with, ...kept].sort() } };
}

/** Puts blocks that are no longer shipped, or no longer for this modality, into the catalog as they were rendered. */
export async function adaptToVersion(
  saved: SavedAnswers,
  catalog: Catalog,
  { records, isGone, readFiles, findUnknown }: AdaptSources,
): Promise<Adapted> {
  const { answers, blocks } = saved;
  const isKnown = (id: string) => {
    const block = catalog.get(id);
    return block?.kind === 'block' && fits(block, answers.modality);
  };
  const isRetired = (id: string) => !isKnown(id) && (!records[id]?.external || isGone(id));
  const present = blocks.filter((id) => isRetired(id) && records[id] !== undefined);
  const unrecorded = answers.with.filter((id) => isRetired(id) && records[id] === undefined);
  const left = answers.without.filter((id) => isRetired(id) && !present.includes(id));
  const elsewhere = blocks.filter((id) => !isKnown(id) && records[id]?.external && !isGone(id));
  if (present.length + unrecorded.length + left.length === 0) {
    return { saved, catalog, retired: [], elsewhere };
  }
  const retired: Block[] = [];
  for (const id of present) {
    const record = withoutUnknown(records[id] as BlockRecord, catalog, records, present);
    retired.push(retiredBlock(id, record, await readFiles(record.files ?? [])));
  }
  const empty = [...unrecorded, ...left].map((id) => retiredBlock(id, { title: id }, []));
  const lists = {
    with: [...new Set([...answers.with, ...present])].sort(),
    without: [...answers.without, ...replacementsOf(retired, saved, catalog)].sort(),
  };
  const adapted = { ...saved, answers: { ...answers, ...lists } };
  const whole = catalogWith(catalog, [...retired, ...empty]);
  const [first] = unrecorded;
  if (first === undefined) return { saved: adapted, catalog: whole, retired, elsewhere };
  const files = await readFiles(await findUnknown(adapted, whole));
  const inferred = retiredBlock(first, { title: first }, files);
  return {
    saved: adapted,
    catalog: catalogWith(whole, [inferred]),
    retired: [...retired, inferred],
    elsewhere,
  };
}

function catalogWith(catalog: Catalog, blocks: readonly Block[]): Catalog {
  return new Map([...catalog, ...blocks.map((block) => [block.id, block] as const)]);
}

/** What it requires counts only where a block of today, or another retired one, provides it. */
function withoutUnknown(
  record: BlockRecord,
  catalog: Catalog,
  records: BlockRecords,
  retired: readonly string[],
): BlockRecord {
  const provided = new Set([
    ...[...catalog.values()].flatMap((block) => block.provides),
    ...retired.flatMap((id) => records[id]?.provides ?? []),
  ]);
  return { ...record, requires: (record.requires ?? []).filter((one) => provided.has(one)) };
}

/** Blocks that would come by themselves for what a retired one provides: that one stays until it is swapped. */
function replacementsOf(
  retired: readonly Block[],
  { answers }: SavedAnswers,
  catalog: Catalog,
): string[] {
  const provided = new Set(retired.flatMap((one) => one.provides));
  return [...catalog.values()]
    .filter((one) => one.kind === 'block' && one.provides.some((each) => provided.has(each)))
    .filter((one) => arrives(one, { ...answers, phase: LAST_PHASE } as Answers))
    .map((one) => one.id);
}

const LAST_PHASE = 4;

/** One line for each block that stays although this version does not have it. */
export function describeRetired(retired: readonly Block[], version: string): string[] {
  return retired.map(({ id, stored = [] }) => {
    const paths = stored.map(({ path }) => path);
    const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
    const files =
      paths.length > 0 ? ` Its files stay: ${paths.slice(0, 5).join(', ')}${more}.` : '';
    return `${quoteAll([id])} is not part of nimble-ml ${version}.${files} If it is in a folder of your own, name that with --blocks DIR. To remove it: nimble-ml remove ${id}`;
  });
}
