import { describe, expect, test } from 'vitest';
import { nearest, quoteAll, Refusal, suggest } from '../../generators/engine/errors.ts';

describe('nearest', () => {
  const NAMES = ['tabular', 'vision', 'phase', 'with', 'gate', '1'];

  test.each([
    ['tabluar', 'tabular'],
    ['gaet', 'gate'],
    ['vission', 'vision'],
    ['pase', 'phase'],
    ['wiht', 'with'],
  ])('"%s" is near "%s"', (given, meant) => {
    expect(nearest(given, NAMES)).toBe(meant);
  });

  test.each(['audio', 'x', '5', ''])('"%s" is near none of them', (given) => {
    expect(nearest(given, NAMES)).toBeUndefined();
  });
});

test('a suggestion names the nearest value and every allowed one', () => {
  expect(suggest('visoin', ['tabular', 'vision'])).toBe(
    ' Did you mean "vision"? Allowed: "tabular", "vision".',
  );
  expect(suggest('xyz', ['tabular', 'vision'])).toBe(' Allowed: "tabular", "vision".');
});

test('an empty list says so', () => {
  expect(quoteAll([])).toBe('(none)');
});

test('a refusal has exit code 2', () => {
  expect(new Refusal('no').code).toBe(2);
});
