import { expect, test, vi } from 'vitest';
import { announceWhenSlow } from '../../generators/cli/announce-slow.ts';
import {
  count,
  messageLines,
  noteLines,
  paint,
  wrap,
  wrapText,
} from '../../generators/cli/printing.ts';

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
  ['a terminal with NO_COLOR', true, true, { NO_COLOR: '1' }, 'Note:'],
  ['a pipe', false, true, {}, 'Note:'],
  ['a pipe with FORCE_COLOR', false, false, { FORCE_COLOR: '1' }, '\u001b[33mNote:\u001b[39m'],
  ['CI with FORCE_COLOR', false, false, { FORCE_COLOR: '1', CI: '1' }, '\u001b[33mNote:\u001b[39m'],
  ['a terminal with FORCE_COLOR=0', true, true, { FORCE_COLOR: '0' }, 'Note:'],
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

const MESSAGE =
  '"tracking-mlflow" stays, because "tabular" and two others require what it provides. To have another: nimble-ml swap tracking tracking-wandb';

test.each([60, 80, 120])(
  'a message is wrapped between words at a terminal of %i columns',
  (columns) => {
    const lines = messageLines(MESSAGE, { isTTY: true, columns });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.join(' ').replace(/ +/g, ' ')).toBe(MESSAGE);
  },
);

test('a command at the end of a message has a line of its own at a terminal, to copy it', () => {
  const command = '  nimble-ml swap tracking tracking-wandb';
  expect(messageLines(MESSAGE, { isTTY: true, columns: 80 }).at(-1)).toBe(command);
  const long = `To install it: curl -LsSf https://astral.sh/${'x'.repeat(90)} | sh`;
  expect(messageLines(long, { isTTY: true, columns: 60 })).toEqual([
    'To install it:',
    `  ${long.slice('To install it: '.length)}`,
  ]);
});

test('a message in a log stays one line, so that it can be searched', () => {
  expect(messageLines(MESSAGE, { isTTY: false, columns: 40 })).toEqual([MESSAGE]);
  expect(noteLines([MESSAGE], { isTTY: false, columns: 40 })).toEqual([`  Note: ${MESSAGE}`]);
});

test('a stack trace is not wrapped', () => {
  const trace = `Error: no\n    at ${'x'.repeat(50)} (file:1:1)`;
  expect(messageLines(trace, { isTTY: true, columns: 50 })).toEqual(trace.split('\n'));
});

test('the further lines of a note are below its text', () => {
  const [first, ...rest] = noteLines([MESSAGE], { isTTY: true, columns: 60 });
  expect(first).toMatch(/^ {2}Note: "tracking-mlflow" stays/);
  for (const line of rest) expect(line).toMatch(/^ {8}/);
  expect(Math.max(...[first ?? '', ...rest].map((line) => line.length))).toBeLessThanOrEqual(60);
});

test('work that takes longer than the user waits says what it is, and quick work says nothing', async () => {
  const printed: string[] = [];
  const ui = { print: (line: string) => printed.push(line) };
  const after = (milliseconds: number) =>
    new Promise<string>((resolve) => setTimeout(() => resolve('done'), milliseconds));
  expect(await announceWhenSlow(ui, 'quick', after(0), 500)).toBe('done');
  expect(await announceWhenSlow(ui, 'slow', after(60), 5)).toBe('done');
  await expect(announceWhenSlow(ui, 'failed', Promise.reject(new Error('no')), 5)).rejects.toThrow(
    'no',
  );
  await after(20);
  expect(printed).toEqual(['slow']);
});
