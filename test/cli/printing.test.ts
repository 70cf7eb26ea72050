import { expect, test, vi } from 'vitest';
import { count, paint, wrap, wrapText } from '../../generators/cli/printing.ts';

/** Standard output as a terminal with these colours, or as something else. */
function stubOutput(isTTY: boolean, hasColors: boolean, env: Record<string, string>): void {
  vi.stubGlobal('process', {
    ...process,
    env,
    stdout: Object.assign(Object.create(process.stdout), { isTTY, hasColors: () => hasColors }),
  });
}

test.each([
  ['a terminal with colours', true, true, {}, '\u001b[33mNote:\u001b[39m'],
  ['a terminal without colours', true, false, {}, 'Note:'],
  ['a terminal in CI', true, true, { CI: 'true' }, 'Note:'],
  ['a pipe', false, true, {}, 'Note:'],
])('text for %s is printed accordingly', (_, isTTY, hasColors, env, expected) => {
  stubOutput(isTTY, hasColors, env);
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

test('a text is wrapped at a width, and a longer word has a line of its own', () => {
  const long = 'x'.repeat(20);
  expect(wrapText(`one two ${long} three`, 8)).toEqual(['one two', long, 'three']);
});

test('a count has the plural of its noun', () => {
  expect([0, 1, 2].map((number) => count(number, 'file'))).toEqual([
    '0 files',
    '1 file',
    '2 files',
  ]);
});
