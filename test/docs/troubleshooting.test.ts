import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PAGE = readFileSync('docs/troubleshooting.md', 'utf8');
const CODE = readdirSync('generators', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join('generators', path), 'utf8'))
  .join('\n');

/** The page's headings that are nothing but a message or a command of ours. */
const QUOTED = [...PAGE.matchAll(/^## `(.+)`$/gm)].map(([, quoted = '']) => quoted);

test.each(QUOTED.filter((quoted) => !/^(yo|nimble-ml) /.test(quoted)))(
  'the message %s is one that is printed',
  (message) => {
    const parts = message.split(/"…"|--modality/).map((part) => part.trim());
    const literal = parts.filter(Boolean).every((part) => CODE.includes(part));
    expect(literal, message).toBe(true);
  },
);

test('the page quotes messages', () => {
  expect(QUOTED.length).toBeGreaterThan(2);
});
