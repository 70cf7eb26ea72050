import { describe, expect, test } from 'vitest';
import type { Block } from '../../generators/engine/block.ts';
import { plan } from '../../generators/engine/plan.ts';
import { answersOf, block, catalogOf, modality } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

/** The ids of the blocks that arrive, without skeleton and modality. */
const arriving = (blocks: readonly Block[], given: Record<string, unknown> = {}) =>
  plan(answersOf(given), catalogOf(...blocks))
    .filter((one) => one.kind === 'block')
    .map((one) => one.id);

describe('which blocks arrive by default', () => {
  test('one with whenPresent only where another block or the modality provides that', () => {
    const slices = block('slices', { phase: 2, whenPresent: ['facts'], requires: ['facts'] });
    const able = modality('tabular', { provides: ['modality', 'facts'] });
    expect(arriving([slices, able], { phase: 2 })).toEqual(['slices']);
    expect(arriving([slices], { phase: 2 })).toEqual([]);
    expect(arriving([slices, able], { phase: 1 })).toEqual([]);
    expect(arriving([slices, able], { phase: 2, without: ['slices'] })).toEqual([]);
  });

  test('one with whenPresent that waits for another such block, whatever their order', () => {
    const first = block('a-first', { whenPresent: ['second'] });
    const second = block('b-second', { whenPresent: ['third'], provides: ['second'] });
    const third = block('third', { provides: ['third'] });
    expect(arriving([first, second, third])).toEqual(['a-first', 'b-second', 'third']);
    expect(arriving([first, second])).toEqual([]);
  });

  test('one that is asked for by a former id', () => {
    const renamed = block('new-name', { phase: 'never', aliases: ['old-name'] });
    expect(arriving([renamed], { with: ['old-name'] })).toEqual(['new-name']);
  });

  test('those of the chosen phase and of every phase before', () => {
    const blocks = [
      block('one', { phase: 1 }),
      block('two', { phase: 2 }),
      block('three', { phase: 3 }),
      block('four', { phase: 4 }),
    ];
    expect(arriving(blocks, { phase: 1 })).toEqual(['one']);
    expect(arriving(blocks, { phase: 3 })).toEqual(['one', 'three', 'two']);
    expect(arriving(blocks, { phase: 4 })).toEqual(['four', 'one', 'three', 'two']);
  });

  test('not those whose phase is "never"', () => {
    expect(arriving([block('a', { phase: 'never' })], { phase: 4 })).toEqual([]);
  });

  test('only those that serve the chosen modality', () => {
    const blocks = [
      modality('tabular'),
      modality('vision'),
      block('both'),
      block('rows', { modalities: ['tabular'] }),
      block('pixels', { modalities: ['vision'] }),
    ];
    expect(arriving(blocks, { modality: 'tabular' })).toEqual(['both', 'rows']);
    expect(arriving(blocks, { modality: 'vision' })).toEqual(['both', 'pixels']);
  });

  test('only those whose "when" the answers meet', () => {
    const blocks = [
      block('amazon', { when: { cloud: 'aws' } }),
      block('google', { when: { cloud: 'gcp' } }),
    ];
    expect(arriving(blocks, { cloud: 'aws' })).toEqual(['amazon']);
    expect(arriving(blocks, { cloud: 'none' })).toEqual([]);
  });

  test('the skeleton and the chosen modality are always there, the others never', () => {
    const catalog = catalogOf(modality('tabular'), modality('vision'));
    const ids = plan(answersOf({ modality: 'vision' }), catalog).map((one) => one.id);
    expect(ids).toEqual(['skeleton', 'vision']);
  });
});

describe('--with and --without', () => {
  test('"with" brings a block that does not come by itself', () => {
    expect(arriving([block('a', { phase: 'never' })], { with: ['a'] })).toEqual(['a']);
  });

  test('"with" brings a block whose "when" is not met', () => {
    expect(arriving([block('a', { when: { cloud: 'aws' } })], { with: ['a'] })).toEqual(['a']);
  });

  test('"without" leaves a block out', () => {
    expect(arriving([block('a'), block('b')], { without: ['a'] })).toEqual(['b']);
  });

  test.each(['with', 'without'])('an unknown block in "%s" is refused with the nearest', (list) => {
    const message = refusalOf(() => arriving([block('ledger')], { [list]: ['leger'] }));
    expect(message).toBe(
      `--${list}: there is no block "leger". Did you mean "ledger"? Allowed: "ledger".`,
    );
  });

  test('a block of another modality is refused with the modalities it serves', () => {
    const blocks = [
      modality('tabular'),
      modality('vision'),
      block('pixels', { modalities: ['vision'] }),
      block('ledger'),
    ];
    expect(refusalOf(() => arriving(blocks, { with: ['pixels'] }))).toBe(
      '--with: "pixels" is for "vision", not for "tabular". Allowed: "ledger".',
    );
  });

  test.each(['skeleton', 'tabular'])('"%s" is no block to add or to leave out', (id) => {
    expect(refusalOf(() => arriving([block('a')], { without: [id] }))).toContain(
      `there is no block "${id}"`,
    );
  });

  test('a block in both lists is refused', () => {
    expect(refusalOf(() => arriving([block('a')], { with: ['a'], without: ['a'] }))).toBe(
      '"a" is in --with and in --without. Name it in one of them.',
    );
  });
});

describe('requirements', () => {
  const asking = block('asking', { requires: ['storage'] });
  const disk = block('disk', { phase: 'never', provides: ['storage'] });
  const cloud = block('cloud', { phase: 'never', provides: ['storage'] });

  test('a requirement is met by a block that is there', () => {
    expect(arriving([asking, disk, cloud], { with: ['cloud'] })).toEqual(['asking', 'cloud']);
  });

  test('a requirement that no selected block meets adds the only block that can', () => {
    expect(arriving([asking, disk])).toEqual(['asking', 'disk']);
  });

  test('what was brought in may require more', () => {
    const deep = block('disk', { phase: 'never', provides: ['storage'], requires: ['power'] });
    const power = block('power', { phase: 'never', provides: ['power'] });
    expect(arriving([asking, deep, power])).toEqual(['asking', 'disk', 'power']);
  });

  test('a requirement of a modality brings its provider for that modality only', () => {
    const blocks = [modality('tabular'), modality('vision', { requires: ['storage'] }), disk];
    expect(arriving(blocks, { modality: 'vision' })).toEqual(['disk']);
    expect(arriving(blocks, { modality: 'tabular' })).toEqual([]);
  });

  test('several possible providers are an error that lists them, with file and line', () => {
    const message = refusalOf(() => arriving([asking, disk, cloud]));
    expect(message).toMatch(/^blocks\/asking\/block\.yaml:\d+: "asking" requires "storage"/);
    expect(message).toContain('Add one with --with. Allowed: "disk", "cloud".');
  });

  test('no possible provider is an error', () => {
    expect(refusalOf(() => arriving([asking]))).toContain('Allowed: (none).');
  });

  test('the only provider left out on purpose is an error, not brought back', () => {
    expect(refusalOf(() => arriving([asking, disk], { without: ['disk'] }))).toContain(
      '"asking" requires "storage"',
    );
  });

  test('when every provider is left out, the message says so and names no file of the templates', () => {
    const without = ['disk', 'cloud'];
    expect(refusalOf(() => arriving([asking, disk, cloud], { without }))).toBe(
      '--without: "asking" requires "storage", and every block that provides it is left out: "disk", "cloud". Keep one of them, or leave "asking" out too.',
    );
  });

  test('a provider that an answer brings is replaced by another answer, not by --with', () => {
    const mit = block('mit', { provides: ['storage'], when: { license: 'mit' } });
    const bsd = block('bsd', { provides: ['storage'], when: { license: 'bsd' } });
    expect(
      refusalOf(() => arriving([asking, mit, bsd], { license: 'mit', without: ['mit'] })),
    ).toBe(
      '--without: "asking" requires "storage", which "mit" provides. Choose another with --license. Allowed: "bsd".',
    );
  });

  test('a provider whose "when" is not met is not brought in', () => {
    const local = block('disk', { provides: ['storage'], when: { cloud: 'none' } });
    const far = block('cloud', { provides: ['storage'], when: { cloud: 'aws' } });
    const late = block('late', { requires: ['storage'], phase: 'never' });
    expect(arriving([late, local, far], { cloud: 'aws', with: ['late'] })).toEqual([
      'cloud',
      'late',
    ]);
  });

  test('a provider for another modality is not brought in', () => {
    const other = block('pixels', {
      phase: 'never',
      provides: ['storage'],
      modalities: ['vision'],
    });
    const blocks = [modality('tabular'), modality('vision'), asking, other, disk];
    expect(arriving(blocks)).toEqual(['asking', 'disk']);
  });

  test('blocks that require each other are refused with the ring drawn', () => {
    const hen = block('hen', { provides: ['egg-layer'], requires: ['egg'] });
    const egg = block('egg', { provides: ['egg'], requires: ['egg-layer'] });
    const message = refusalOf(() => arriving([hen, egg]));
    expect(message).toMatch(/ring: (hen → egg → hen|egg → hen → egg)\.$/);
    expect(message).toMatch(/block\.yaml:\d+/);
  });
});

describe('blocks that cannot live together', () => {
  test('two providers of one capability are refused, naming both lines', () => {
    const message = refusalOf(() =>
      arriving([
        block('disk', { provides: ['storage'] }),
        block('tape', { provides: ['storage'] }),
      ]),
    );
    expect(message).toContain('"disk" and "tape" both provide "storage"');
    expect(message).toMatch(/disk\/block\.yaml:\d+, blocks\/tape\/block\.yaml:\d+/);
  });

  test('a declared conflict is refused at its line', () => {
    const message = refusalOf(() => arriving([block('cat', { conflicts: ['dog'] }), block('dog')]));
    expect(message).toMatch(/^blocks\/cat\/block\.yaml:\d+: "cat" conflicts with "dog"\./);
  });

  test('a conflict with a block that is not there is none', () => {
    const blocks = [block('cat', { conflicts: ['dog'] }), block('dog', { phase: 'never' })];
    expect(arriving(blocks)).toEqual(['cat']);
  });
});

test('the order of the catalog changes nothing', () => {
  const blocks = [
    block('a', { requires: ['x'] }),
    block('b', { phase: 'never', provides: ['x'], requires: ['y'] }),
    block('c', { phase: 'never', provides: ['y'] }),
  ];
  expect(arriving([...blocks].reverse())).toEqual(arriving(blocks));
});
