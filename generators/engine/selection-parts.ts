import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { listDue } from './due-blocks.ts';
import { Refusal, suggest } from './errors.ts';
import { arrives, plan } from './plan.ts';
import { isChosen, providersOf } from './providers.ts';
import type { SavedAnswers } from './saved-answers.ts';
import { listsOf, presentBlocks, type Selection } from './selection.ts';

/** Some of what a phase brings: the lists of the answers, and what stays out for now. */
export interface PhaseParts {
  selection: Selection;
  leftOut: string[];
}

/** What a phase brings where blocks were removed before: all but the blocks that require what these provided. */
export interface PhaseWithout extends PhaseParts {
  /** The capabilities that are missing. */
  missing: string[];
  /** One of the blocks, and what provides what it requires. */
  together: string[];
}

/** The lists for a whole phase; undefined when everything in it can come. */
export function leaveOutUnmet(
  saved: SavedAnswers,
  phase: number,
  catalog: Catalog,
): PhaseWithout | undefined {
  const lists = listsOf(saved, catalog);
  const unmet = findUnmet({ ...saved.answers, ...lists, phase } as Answers, saved, catalog);
  if (unmet.size === 0) return undefined;
  const leftOut = [...unmet.keys()].sort();
  const [[first, capability] = ['', '']] = unmet;
  const [provider] = providersOf(capability, saved.answers.modality, catalog).map(idOf);
  return {
    selection: { ...lists, without: [...lists.without, ...leftOut].sort() },
    leftOut,
    missing: [...new Set(unmet.values())].sort(),
    together: [first, provider ?? ''],
  };
}

/** New blocks that cannot come, because every provider of a capability is left out → that capability. */
function findUnmet(answers: Answers, saved: SavedAnswers, catalog: Catalog): Map<string, string> {
  const present = presentBlocks(saved, catalog).map(idOf);
  const due = [...catalog.values()].filter(
    (block) => arrives(block, answers) && block.kind === 'block' && !present.includes(block.id),
  );
  const unmet = new Map<string, string>();
  for (let before = -1; before < unmet.size; ) {
    before = unmet.size;
    const left = [...answers.without, ...unmet.keys()];
    for (const block of due) {
      const missing = block.requires.find((capability) =>
        isLeftOut(capability, left, answers, catalog),
      );
      if (missing !== undefined && !unmet.has(block.id)) unmet.set(block.id, missing);
    }
  }
  return unmet;
}

/** Whether a capability has providers for these answers, and all of them are left out. */
function isLeftOut(
  capability: string,
  left: readonly string[],
  answers: Answers,
  catalog: Catalog,
): boolean {
  const able = providersOf(capability, answers.modality, catalog);
  const open = able.filter((block) => !left.includes(block.id) && isChosen(block, answers));
  return able.length > open.length && open.length === 0;
}

/** A name that stands for everything that can come. */
const ALL = 'all';

/** The blocks of a phase that are in these areas or have these ids, with those of the phase that they require. */
export function selectParts(
  saved: SavedAnswers,
  phase: number,
  only: readonly string[],
  catalog: Catalog,
): PhaseParts {
  const names = only.map((name) => currentId(name, catalog));
  const present = presentBlocks(saved, catalog);
  const due = listDue(saved, phase, present, catalog);
  checkNames(names, due, present);
  const lists = listsOf(saved, catalog);
  const others = lists.without.filter((id) => !due.some((one) => one.id === id));
  const unmet = findUnmet({ ...saved.answers, phase, without: others } as Answers, saved, catalog);
  const isNamed = ({ id, area }: Block) =>
    names.some((name) => name === id || name === area || (name === ALL && !unmet.has(id)));
  const wanted = withRequired(due.filter(isNamed), due, present);
  const leftOut = due
    .filter((one) => !wanted.has(one))
    .map(idOf)
    .sort();
  const selection = { ...lists, without: [...others, ...leftOut].sort() };
  plan({ ...saved.answers, phase, ...selection } as Answers, catalog); // refuses what cannot be met
  return { selection, leftOut };
}

/** The blocks of its phase that a repository does not have. */
export function listLeftOut(saved: SavedAnswers, catalog: Catalog): string[] {
  return listDue(saved, saved.phase, presentBlocks(saved, catalog), catalog).map(idOf).sort();
}

/** Every name is an area or a block that the phase brings, or one that is there. */
function checkNames(
  names: readonly string[],
  due: readonly Block[],
  present: readonly Block[],
): void {
  const namesOf = (blocks: readonly Block[]) => blocks.flatMap(({ id, area }) => [area ?? id, id]);
  const allowed = [...new Set([...namesOf(due).sort(), ALL])];
  if (names.length === 0) {
    throw new Refusal(`--only names nothing. Name areas or blocks as a,b.${suggest('', allowed)}`);
  }
  const known = [...allowed, ...namesOf(present)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Refusal(
    `--only: "${unknown}" is not an area or a block that this phase brings.${suggest(unknown, allowed)}`,
  );
}

/** These blocks, and those among the others that provide what they require. */
function withRequired(
  chosen: readonly Block[],
  others: readonly Block[],
  present: readonly Block[],
): Set<Block> {
  const wanted = new Set(chosen);
  for (const block of wanted) {
    for (const capability of block.requires) {
      const provides = (one: Block) => one.provides.includes(capability);
      if (present.some(provides)) continue;
      for (const one of others.filter(provides)) wanted.add(one);
    }
  }
  return wanted;
}

function idOf({ id }: Block): string {
  return id;
}
