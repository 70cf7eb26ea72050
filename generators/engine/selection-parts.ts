import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { Refusal, suggest } from './errors.ts';
import { arrives, plan } from './plan.ts';
import { isChosen, providersOf } from './providers.ts';
import type { SavedAnswers } from './saved-answers.ts';
import { presentBlocks, type Selection } from './selection.ts';

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
  const without = saved.answers.without.map((id) => currentId(id, catalog));
  const unmet = findUnmet({ ...saved.answers, phase, without } as Answers, saved, catalog);
  if (unmet.size === 0) return undefined;
  const leftOut = [...unmet.keys()].sort();
  const [[first, capability] = ['', '']] = unmet;
  const [provider] = providersOf(capability, saved.answers.modality, catalog).map(idOf);
  return {
    selection: {
      with: saved.answers.with.map((id) => currentId(id, catalog)),
      without: [...without, ...leftOut].sort(),
    },
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

/** The blocks of a phase that are in these areas or have these ids, with those that they require. */
export function selectParts(
  saved: SavedAnswers,
  phase: number,
  only: readonly string[],
  catalog: Catalog,
): PhaseParts {
  const names = only.map((name) => currentId(name, catalog));
  const isNamed = ({ id, area }: Block) => names.includes(id) || names.includes(area ?? '');
  const present = presentBlocks(saved, catalog);
  const without = saved.answers.without.map((id) => currentId(id, catalog));
  const back = without.filter((id) => isNamed(catalog.get(id) as Block));
  const kept = without.filter((id) => !back.includes(id));
  const unmet = findUnmet({ ...saved.answers, phase, without: kept } as Answers, saved, catalog);
  const impossible = [...unmet.keys()].filter((id) => !isNamed(catalog.get(id) as Block));
  const open = [...kept, ...impossible];
  const answers = { ...saved.answers, phase, without: open } as Answers;
  const arriving = plan(answers, catalog).filter((one) => !present.includes(one));
  checkNames(names, arriving, present);
  const wanted = withRequired(arriving.filter(isNamed), arriving);
  const leftOut = arriving.filter((one) => !wanted.has(one) && one.phase !== 'never').map(idOf);
  const selection = {
    with: saved.answers.with.map((id) => currentId(id, catalog)),
    without: [...open, ...leftOut].sort(),
  };
  return { selection, leftOut: [...leftOut, ...impossible].sort() };
}

/** Every name is an area or a block that the phase brings, or one that is there. */
function checkNames(
  names: readonly string[],
  arriving: readonly Block[],
  present: readonly Block[],
): void {
  const namesOf = (blocks: readonly Block[]) => blocks.flatMap(({ id, area }) => [area ?? id, id]);
  const allowed = [...new Set(namesOf(arriving))].sort();
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
function withRequired(chosen: readonly Block[], others: readonly Block[]): Set<Block> {
  const wanted = new Set(chosen);
  for (const block of wanted) {
    for (const capability of block.requires) {
      for (const one of others) if (one.provides.includes(capability)) wanted.add(one);
    }
  }
  return wanted;
}

function idOf({ id }: Block): string {
  return id;
}
