import { describe, expect, test } from 'vitest';
import { fillSlots } from '../../generators/engine/slots.ts';
import { block } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

const owner = block('owner', { slots: { needs: { file: 'a.toml' }, tasks: { file: 'b.md' } } });

test('every block adds entries to the slots of others, and entries are sorted by key', () => {
  const one = block('one', { entries: { needs: { numpy: '>=2', ruff: '>=0.1' } } });
  const two = block('two', { entries: { needs: { mlflow: '>=3' }, tasks: { ui: 'look' } } });
  expect(fillSlots([owner, one, two])).toEqual({
    needs: [
      ['mlflow', '>=3'],
      ['numpy', '>=2'],
      ['ruff', '>=0.1'],
    ],
    tasks: [['ui', 'look']],
  });
  expect(fillSlots([two, one, owner])).toEqual(fillSlots([owner, one, two]));
});

test('sorting goes by code point, whatever the language of the machine', () => {
  const one = block('one', { entries: { needs: { b: '', B: '', a: '', é: '', z: '' } } });
  expect(fillSlots([owner, one]).needs?.map(([key]) => key)).toEqual(['B', 'a', 'b', 'z', 'é']);
});

test('a slot without entries is empty', () => {
  expect(fillSlots([owner])).toEqual({ needs: [], tasks: [] });
});

test('an entry of a slot whose block is not selected is left out', () => {
  const one = block('one', { entries: { neds: { numpy: '' } } });
  expect(fillSlots([owner, one])).toEqual({ needs: [], tasks: [] });
});

test('two blocks that give one key are refused, naming both lines', () => {
  const one = block('one', { entries: { needs: { numpy: '>=1' } } });
  const two = block('two', { entries: { needs: { numpy: '>=2' } } });
  const message = refusalOf(() => fillSlots([owner, one, two]));
  expect(message).toMatch(
    /^blocks\/two\/block\.yaml:\d+: "one" gives "numpy" of the slot "needs" already/,
  );
  expect(message).toMatch(/\(blocks\/one\/block\.yaml:\d+\)/);
});

test('two blocks that declare one slot are refused, naming both lines', () => {
  const other = block('other', { slots: { needs: { file: 'c.toml' } } });
  const message = refusalOf(() => fillSlots([owner, other]));
  expect(message).toMatch(
    /^blocks\/other\/block\.yaml:\d+: the slot "needs" is declared by "owner"/,
  );
  expect(message).toMatch(/\(blocks\/owner\/block\.yaml:\d+\)/);
});

test.each(['constructor', '__proto__', 'toString'])(
  'a key called "%s" is a key like any other',
  (key) => {
    const one = block('one', { entries: { needs: JSON.parse(`{ "${key}": "x" }`) } });
    expect(fillSlots([owner, one]).needs).toEqual([[key, 'x']]);
  },
);

describe('entries under with', () => {
  const one = block('one', { with: { tracking: { entries: { needs: { numpy: '>=1' } } } } });
  const triple = block('one', {
    with: { 'two+tracking': { entries: { needs: { numpy: '>=1' } } } },
  });
  const tracker = block('mlflow', { provides: ['tracking'] });
  const two = block('two');

  test('count only when a block with that id or capability is selected', () => {
    expect(fillSlots([owner, one]).needs).toEqual([]);
    expect(fillSlots([owner, one, tracker]).needs).toEqual([['numpy', '>=1']]);
    const byId = block('one', { with: { mlflow: { entries: { needs: { numpy: '>=1' } } } } });
    expect(fillSlots([owner, byId, tracker]).needs).toEqual([['numpy', '>=1']]);
  });

  test('of two names count only when both are there', () => {
    expect(fillSlots([owner, triple, tracker]).needs).toEqual([]);
    expect(fillSlots([owner, triple, two]).needs).toEqual([]);
    expect(fillSlots([owner, triple, tracker, two]).needs).toEqual([['numpy', '>=1']]);
  });

  test('are refused for a key that another source gives, naming both lines', () => {
    const other = block('other', { entries: { needs: { numpy: '>=2' } } });
    expect(refusalOf(() => fillSlots([owner, one, tracker, other]))).toMatch(
      /^blocks\/other\/block\.yaml:\d+: "one" gives "numpy" .*\(blocks\/one\/block\.yaml:\d+\)/,
    );
  });
});
