import { describe, expect, test } from 'vitest';
import type { SavedAnswers } from '../../generators/engine/saved-answers.ts';
import { addBlocks, removeBlocks, swapBlocks } from '../../generators/engine/selection.ts';
import { block, catalogOf } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

const CATALOG = catalogOf(
  block('tracking-a', { provides: ['tracking'] }),
  block('tracking-b', { phase: 'never', provides: ['tracking'] }),
  block('report', { requires: ['tracking'] }),
  block('gate', { phase: 2 }),
  block('extra', { phase: 'never', requires: ['store'] }),
  block('shelf', { phase: 'never', provides: ['store'] }),
  block('loner', { phase: 'never', conflicts: ['gate'] }),
  block('seen', { phase: 'never', modalities: ['vision'] }),
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

describe('add', () => {
  test('names what would not come by itself, and not what it brings along', () => {
    expect(addBlocks(repository(), ['extra'], CATALOG)).toEqual({ with: ['extra'], without: [] });
  });

  test('takes back an earlier removal instead of naming the block', () => {
    const removed = repository({ without: ['report'] });
    expect(addBlocks(removed, ['report'], CATALOG)).toEqual({ with: [], without: [] });
  });

  test('changes nothing for a block that is there', () => {
    expect(addBlocks(repository(), ['report'], CATALOG)).toEqual({ with: [], without: [] });
  });

  test.each([
    [['tracking-b'], 'To have "tracking-b" instead: nimble-ml swap tracking tracking-b'],
    [['repotr'], '"repotr" is not a block. Did you mean "report"? Allowed: '],
    [['seen'], '"seen" is for "vision", not for "tabular".'],
    [[], 'No block is named. Allowed: "extra", '],
  ])('refuses %j with the choices', (ids, message) => {
    expect(refusalOf(() => addBlocks(repository(), ids, CATALOG))).toContain(message);
  });

  test('refuses a block that conflicts with one that is there', () => {
    expect(refusalOf(() => addBlocks(repository({}, 2), ['loner'], CATALOG))).toContain(
      'To have it, first: nimble-ml remove gate',
    );
  });
});

describe('remove', () => {
  test('forgets what was added, and names what would come by itself', () => {
    expect(removeBlocks(repository({ with: ['extra'] }), ['extra'], CATALOG)).toEqual({
      with: [],
      without: [],
    });
    expect(removeBlocks(repository(), ['report'], CATALOG)).toEqual({
      with: [],
      without: ['report'],
    });
  });

  test('is refused while another block requires what it provides, with the two ways out', () => {
    expect(refusalOf(() => removeBlocks(repository(), ['tracking-a'], CATALOG))).toBe(
      '"tracking-a" stays: "report" requires "tracking", which it provides. To have another instead: nimble-ml swap tracking tracking-b',
    );
    expect(
      refusalOf(() => removeBlocks(repository({ with: ['extra'] }), ['shelf'], CATALOG)),
    ).toContain('Remove "extra" too, or keep it.');
  });

  test('names all that has to be removed too, in one command that works', () => {
    const catalog = catalogOf(
      block('image', { provides: ['container'] }),
      block('cloud', { requires: ['container'], provides: ['iac'] }),
      block('alarms', { requires: ['iac'] }),
      block('other'),
    );
    const message = refusalOf(() => removeBlocks(repository(), ['image'], catalog));
    expect(message).toContain('"image" stays: "cloud" requires "container"');
    expect(message).toContain('Remove "cloud", "alarms" too, or keep it.');
    const [, command = ''] = /nimble-ml remove (.*)$/.exec(message) ?? [];
    expect(command).toBe('image cloud alarms');
    expect(removeBlocks(repository(), command.split(' '), catalog).without).toHaveLength(3);
  });

  test('does not advise to remove a modality, which is not a block', () => {
    const tabular = block('tabular', { requires: ['format'] }, 'modality');
    const catalog = catalogOf(tabular, block('format', { provides: ['format'] }));
    const message = refusalOf(() => removeBlocks(repository(), ['format'], catalog));
    expect(message).toContain('"tabular" requires "format"');
    expect(message).toContain('"tabular" is not a block that can be removed.');
    expect(message).not.toContain('nimble-ml remove');
  });

  test('takes both when both are named', () => {
    expect(removeBlocks(repository(), ['tracking-a', 'report'], CATALOG)).toEqual({
      with: [],
      without: ['report', 'tracking-a'],
    });
  });

  test('of a block that is not there changes nothing', () => {
    expect(removeBlocks(repository(), ['shelf'], CATALOG)).toEqual({ with: [], without: [] });
  });
});

describe('swap', () => {
  const there = swapBlocks(repository(), 'tracking', 'b', CATALOG);

  test('knows a block by what follows the name of the capability', () => {
    expect(there).toEqual({
      selection: { with: ['tracking-b'], without: ['tracking-a'] },
      from: 'tracking-a',
      to: 'tracking-b',
    });
  });

  test('and back leaves no trace', () => {
    const back = swapBlocks(repository({ ...there.selection }), 'tracking', 'tracking-a', CATALOG);
    expect(back.selection).toEqual({ with: [], without: [] });
  });

  test.each([
    ['trackign', 'b', '"trackign" is not a capability of a block. Did you mean "tracking"?'],
    ['tracking', 'c', '"c" does not provide "tracking".'],
    ['store', 'shelf', 'To have it: nimble-ml add shelf'],
  ])('refuses %s %s with the choices', (capability, word, message) => {
    expect(refusalOf(() => swapBlocks(repository(), capability, word, CATALOG))).toContain(message);
  });
});

describe('a former id', () => {
  const renamed = catalogOf(
    block('tracking-a', { provides: ['tracking'] }),
    block('tracking-new', { phase: 'never', provides: ['tracking'], aliases: ['tracking-old'] }),
    block('gate', { aliases: ['barrier'] }),
    block('extra', { phase: 'never', aliases: ['more'] }),
  );

  test('is understood by add, swap and remove', () => {
    expect(addBlocks(repository(), ['more'], renamed)).toEqual({ with: ['extra'], without: [] });
    expect(removeBlocks(repository(), ['barrier'], renamed)).toEqual({
      with: [],
      without: ['gate'],
    });
    expect(swapBlocks(repository(), 'tracking', 'tracking-old', renamed).to).toBe('tracking-new');
  });

  test('in saved answers becomes the id of today', () => {
    const saved = repository({ with: ['more'], without: ['barrier'] });
    expect(addBlocks(saved, ['gate'], renamed)).toEqual({ with: ['extra'], without: [] });
    expect(removeBlocks(saved, ['extra'], renamed)).toEqual({ with: [], without: ['gate'] });
  });
});
