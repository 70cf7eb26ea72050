import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinAdditions } from '../../generators/merge/additions.ts';

test('lines that both added are all there, those of the user first', () => {
  expect(joinAdditions('a\nb\n', 'a\nmine\nb\n', 'a\nnew\nb\nend\n')).toBe(
    'a\nmine\nnew\nb\nend\n',
  );
});

test('the same lines added by both are there once', () => {
  expect(joinAdditions('a\n', 'a\nx\n', 'a\nx\n')).toBe('a\nx\n');
});

test('a last line without an end is not glued to the next one', () => {
  expect(joinAdditions('a\n', 'a\nmine', 'a\nnew\n')).toBe('a\nmine\nnew\n');
});

test('a version that changed or removed a line has not only added', () => {
  expect(joinAdditions('a\nb\n', 'a\n', 'a\nb\nc\n')).toBeUndefined();
  expect(joinAdditions('a\nb\n', 'a\nb\nc\n', 'A\nb\n')).toBeUndefined();
});

test('no line of either version is ever missing', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', '', 'c d'), { maxLength: 6 });
  const added = fc.array(fc.tuple(fc.nat(6), fc.constantFrom('x', 'y', 'a')), { maxLength: 4 });
  const put = (base: string[], more: [number, string][]) => {
    const all = [...base];
    for (const [at, line] of more) all.splice(Math.min(at, all.length), 0, line);
    return all;
  };
  const text = (all: string[]) => all.map((line) => `${line}\n`).join('');
  fc.assert(
    fc.property(lines, added, added, (base, mine, fresh) => {
      const [user, template] = [put(base, mine), put(base, fresh)];
      const joined = joinAdditions(text(base), text(user), text(template))?.split('\n') ?? [];
      for (const version of [user, template]) {
        for (const line of new Set(version)) {
          const count = (all: string[]) => all.filter((one) => one === line).length;
          expect(count(joined)).toBeGreaterThanOrEqual(count(version));
        }
      }
    }),
  );
});
