import type { Answers, Block } from './block.ts';
import type { Catalog } from './catalog.ts';
import { arrives } from './plan.ts';
import { arePresent } from './presence.ts';
import type { SavedAnswers } from './saved-answers.ts';

/** What a phase, and those before it, bring by themselves and is not there, also what was left out of this phase. */
export function listDue(
  saved: SavedAnswers,
  phase: number,
  present: readonly Block[],
  catalog: Catalog,
): Block[] {
  const answers = { ...saved.answers, phase, without: [] } as unknown as Answers;
  const due = [...catalog.values()].filter(
    (one) =>
      one.kind === 'block' &&
      (one.phase === phase || Number(one.phase) > saved.phase) &&
      arrives(one, answers) &&
      !present.includes(one) &&
      !isReplaced(one, present),
  );
  return due.filter((one) => arePresent(one.whenPresent, [...present, ...due]));
}

/** Whether another block is there in its place. */
function isReplaced(block: Block, present: readonly Block[]): boolean {
  return present.some((one) => one.provides.some((each) => block.provides.includes(each)));
}
