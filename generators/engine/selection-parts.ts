import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { Refusal, suggest } from './errors.ts';
import { plan } from './plan.ts';
import type { SavedAnswers } from './saved-answers.ts';
import { presentBlocks, type Selection } from './selection.ts';

/** Some of what a phase brings: the lists of the answers, and what stays out for now. */
export interface PhaseParts {
  selection: Selection;
  leftOut: string[];
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
  const open = without.filter((id) => !back.includes(id));
  const answers = { ...saved.answers, phase, without: open } as Answers;
  const arriving = plan(answers, catalog).filter((one) => !present.includes(one));
  checkNames(names, arriving, present);
  const wanted = withRequired(arriving.filter(isNamed), arriving);
  const leftOut = arriving.filter((one) => !wanted.has(one) && one.phase !== 'never').map(idOf);
  const selection = {
    with: saved.answers.with.map((id) => currentId(id, catalog)),
    without: [...open, ...leftOut].sort(),
  };
  return { selection, leftOut };
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
