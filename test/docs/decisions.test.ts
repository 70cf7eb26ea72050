import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = 'docs/decisions';
const RECORDS = readdirSync(FOLDER).map((file) => ({
  file,
  text: readFileSync(join(FOLDER, file), 'utf8'),
}));
const NUMBERS = RECORDS.map(({ file }) => file.slice(0, 3));

test.each(RECORDS)(
  '$file has its number in the title, then context, decision and consequences',
  ({ file, text }) => {
    const [, number = ''] = /^(\d{3})(?:-[a-z0-9]+)+\.md$/.exec(file) ?? [];
    expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${number} [A-Z]`));
    const headings = [...text.matchAll(/^#{2,} (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Context', 'Decision', 'Consequences']);
  },
);

test('no two decision records have the same number', () => {
  expect(NUMBERS.length).toBeGreaterThan(0);
  expect(new Set(NUMBERS).size).toBe(NUMBERS.length);
});

test.each(RECORDS)('every record that $file refers to exists', ({ text }) => {
  const named = [...text.matchAll(/\((\d{3})\)|\brecords? (\d{3})\b/gi)];
  const missing = named.map(([, inBrackets, inWords]) => inBrackets ?? inWords ?? '');
  expect(missing.filter((number) => !NUMBERS.includes(number))).toEqual([]);
});
