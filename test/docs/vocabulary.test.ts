import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Words that this project does not use, each with the word to use instead. */
const REPLACEMENTS: readonly [RegExp, string][] = [
  [/\b(?:both|two) doors\b/i, 'the command line and Yeoman'],
  [/\bliving repositor/i, 'existing repository'],
  [/\b(?:some|no|every|any)body\b|\bwhoever\b/i, 'the user, a team member, no one'],
  [/\bgoes on\b/i, 'continues'],
  [/\bin words\b/i, 'as a readable message'],
  [/\ba fault of ours\b/i, 'an internal error'],
  [/\bstand-?ins?\b/i, 'fake'],
  [/\bhostile\b/i, 'invalid'],
  [/\bpristine\b/i, 'baseline'],
  [/\bsurroundings\b/i, 'environment'],
  [/\bstraight line\b/i, 'logistic regression, linear baseline'],
  [/\bbeside\b/i, 'next to, compared with'],
  [/\bbricks?\b/i, 'component, provider'],
  [/\bdisputed\b/i, 'conflicting'],
  [/\brehearsal\b/i, 'determinism check'],
  [/\b(?:un)?settled?\b/i, 'resolve'],
  [/\bfigures?\b/i, 'metrics'],
];

const PAGES = ['.', 'docs', 'docs/decisions', 'docs/quickstart'].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file).replaceAll('\\', '/')),
);

test.each(PAGES)('%s uses the words of the field', (page) => {
  const lines = readFileSync(page, 'utf8').split('\n');
  const found = lines.flatMap((line, index) =>
    REPLACEMENTS.filter(([word]) => word.test(line)).map(
      ([word, instead]) => `${index + 1}: "${line.match(word)?.[0]}": say ${instead}`,
    ),
  );
  expect(found).toEqual([]);
});
