import { describe, expect, test } from 'vitest';
import type { Answers } from '../../generators/engine/block.ts';
import { Refusal } from '../../generators/engine/errors.ts';
import { plan } from '../../generators/engine/plan.ts';
import type { SavedAnswers } from '../../generators/engine/saved-answers.ts';
import { addBlocks, presentBlocks, removeBlocks } from '../../generators/engine/selection.ts';
import { leaveOutUnmet, selectParts } from '../../generators/engine/selection-parts.ts';
import { block, catalogOf } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';
import { MODALITIES, PHASES, QUESTIONS, CATALOG as SHIPPED } from '../support/repositories.ts';

const CATALOG = catalogOf(
  block('runner', { provides: ['ci'] }),
  block('rules', { phase: 2, requires: ['ci'], provides: ['rules'] }),
  block('reviews', { phase: 2, requires: ['rules'] }),
  block('gate', { phase: 2 }),
);
const repository = (given: Record<string, unknown> = {}, phase = 1): SavedAnswers => ({
  version: '0.1.0',
  phase,
  blocks: [],
  answers: {
    name: 'churn',
    modality: 'tabular',
    with: [],
    without: [],
    ...given,
  } as SavedAnswers['answers'],
});

describe('a phase after a block was removed', () => {
  const removed = repository({ without: ['runner'] });

  test('leaves out what requires it, also through others, and says how to have it', () => {
    expect(leaveOutUnmet(removed, 2, CATALOG)).toEqual({
      selection: { with: [], without: ['reviews', 'rules', 'runner'] },
      leftOut: ['reviews', 'rules'],
      missing: ['ci', 'rules'],
      together: ['rules', 'runner'],
    });
  });

  test('comes whole when nothing requires it', () => {
    expect(leaveOutUnmet(repository({ without: ['gate'] }), 2, CATALOG)).toBeUndefined();
    expect(leaveOutUnmet(repository(), 2, CATALOG)).toBeUndefined();
  });

  test('can be taken in parts; a part that requires it is refused', () => {
    expect(selectParts(removed, 2, ['gate'], CATALOG)).toEqual({
      selection: { with: [], without: ['reviews', 'rules', 'runner'] },
      leftOut: ['reviews', 'rules'],
    });
    expect(refusalOf(() => selectParts(removed, 2, ['rules'], CATALOG))).toContain(
      '"rules" requires "ci"',
    );
  });

  test('what was left out is refused alone, and added with the block that it requires', () => {
    const raised = repository({ without: ['reviews', 'rules', 'runner'] }, 2);
    expect(refusalOf(() => addBlocks(raised, ['rules'], CATALOG))).toBe(
      '"rules" requires "ci", and "runner" was taken out. Add one as well: nimble-ml add rules runner',
    );
    expect(addBlocks(raised, ['rules', 'runner'], CATALOG).without).toEqual(['reviews']);
  });
});

/** The answers of a repository that took every default. */
function defaultsOf(modality: string): SavedAnswers['answers'] {
  const answers = Object.fromEntries(QUESTIONS.map(({ key, default: value }) => [key, value]));
  return { ...answers, modality, with: [], without: [] } as unknown as SavedAnswers['answers'];
}

/** The lists without a block; undefined where it cannot be removed alone. */
function removeAlone(saved: SavedAnswers, id: string) {
  try {
    return removeBlocks(saved, [id], SHIPPED);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

test.each(MODALITIES)(
  'whichever block of %s is removed, the newest phase can still be had',
  (modality) => {
    const saved = { ...repository(), answers: defaultsOf(modality) };
    const phase = Math.max(...PHASES);
    const removals = presentBlocks(saved, SHIPPED).map(({ id }) => removeAlone(saved, id));
    const possible = removals.filter((one) => one !== undefined);
    expect(possible.length).toBeGreaterThan(2);
    for (const selection of possible) {
      const without = { ...saved, answers: { ...saved.answers, ...selection } };
      const lists = leaveOutUnmet(without, phase, SHIPPED)?.selection ?? selection;
      const raised = plan({ ...saved.answers, phase, ...lists } as Answers, SHIPPED);
      expect(raised.length).toBeGreaterThan(15);
    }
  },
);
