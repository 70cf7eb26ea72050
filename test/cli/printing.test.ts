import { expect, test, vi } from 'vitest';
import { count, paint, wrap } from '../../generators/cli/printing.ts';

/** Standard output as a terminal with these colours, or as something else. */
function stubOutput(isTTY: boolean, hasColors: boolean): void {
  vi.stubGlobal('process', {
    ...process,
    stdout: Object.assign(Object.create(process.stdout), { isTTY, hasColors: () => hasColors }),
  });
}

test.each([
  ['a terminal with colours', true, true, '\u001b[33mNote:\u001b[39m'],
  ['a terminal without colours', true, false, 'Note:'],
  ['a pipe', false, true, 'Note:'],
])('text for %s is printed accordingly', (_, isTTY, hasColors, expected) => {
  stubOutput(isTTY, hasColors);
  try {
    expect(paint('note', 'Note:')).toBe(expected);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a list is wrapped at eighty characters, and a longer word has a line of its own', () => {
  const long = 'x'.repeat(90);
  expect(wrap(['a', 'b', long, 'c'])).toEqual(['  a  b', `  ${long}`, '  c']);
  const lines = wrap(Array.from({ length: 50 }, (_, index) => `file-${index}.txt`));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a count has the plural of its noun', () => {
  expect([0, 1, 2].map((number) => count(number, 'file'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
  ]);
});
