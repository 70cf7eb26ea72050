import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { commands } from '../../generators/cli/command-list.ts';
import { loadFiles } from '../../generators/engine/template-files.ts';
import { BLOCKS } from '../support/repositories.ts';

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path).replaceAll('\\', '/'))
    .sort(),
].map((page) => ({ page, text: readFileSync(page, 'utf8') }));

/** Who types the shell blocks of a page. */
const TYPED: readonly [RegExp, string][] = [
  [/^(README|CONTRIBUTING)\.md$/, 'test/e2e/steps/generator-docs.ts'],
  [/^docs\/quickstart\//, 'test/e2e/steps/readme.ts'], // made from the README that it types
  [/^docs\/how-upgrades-work\.md$/, 'test/docs/how-upgrades-work.test.ts'],
  [/^docs\/adding-a-block\.md$/, 'test/rules/adding-a-block.test.ts'],
];

const SHELLS = ['sh', 'bash', 'shell', 'console'];
const SHELL = new RegExp(`^\`\`\`(?:${SHELLS.join('|')})$`, 'm');

test.each(PAGES.filter(({ text }) => SHELL.test(text)))(
  'what $page tells to type is typed by a test',
  ({ page }) => {
    const [, typist = ''] = TYPED.find(([pages]) => pages.test(page)) ?? [];
    expect(typist, `who types the shell blocks of "${page}"?`).not.toBe('');
    const named = page.startsWith('docs/quickstart/') ? 'README' : page;
    expect(readFileSync(typist, 'utf8')).toContain(named);
  },
);

/** What is typed in other blocks: with a network, for hours, or with files of the reader's own. */
const BY_HAND = /^(?:uvx|npm|npx|nimble-ml|yo|git|cd|curl|docker|pip) /;

test.each(PAGES)(
  'commands of $page that no test types say that they are for you to type',
  ({ text }) => {
    let before = '';
    for (const token of marked.lexer(text)) {
      const isPlain = token.type === 'code' && !SHELLS.includes(token.lang ?? '');
      if (isPlain && token.text.split('\n').some((line: string) => BY_HAND.test(line))) {
        expect(before, token.text).toMatch(/\bby hand\b/i);
      }
      if (token.type !== 'space') before = token.raw;
    }
  },
);

describe('what a page calls in passing is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const tasks = BLOCKS.map(loadFiles).flatMap(({ files }) =>
    files
      .filter(({ path }) => /^tasks\/.*\.toml$/.test(path))
      .flatMap(({ bytes }) => [...String(bytes).matchAll(/^\[tasks\.([\w-]+)\]/gm)])
      .map(([, task = '']) => task),
  );
  /** Tasks of the examples that a page builds up itself. */
  const EXAMPLES = ['card'];
  const called = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name = '']) => name);

  test.each(PAGES)('tasks, commands and scripts of $page', ({ text }) => {
    const known = [...tasks, ...EXAMPLES];
    const poe = called(text, /(?:uv run |`)poe ([a-z][\w-]*)/g);
    expect(poe.filter((task) => !known.includes(task))).toEqual([]);
    const names = commands.map((one) => one.name);
    const typed = called(text, /(?:^|`)nimble-ml ([a-z][\w-]*)/gm);
    expect(typed.filter((name) => !names.includes(name))).toEqual([]);
    const generators = called(text, /yo nimble-ml:([a-z]+)/g);
    expect(generators.filter((name) => !names.includes(name))).toEqual([]);
    const own = called(text, /npm run ([\w:-]+)/g);
    expect(own.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('every task that a phase says to start with is there', () => {
    const first = BLOCKS.flatMap((block) => Object.keys(block.firstTasks));
    expect(first.length).toBeGreaterThanOrEqual(5);
    expect(first.filter((task) => !tasks.includes(task))).toEqual([]);
  });

  test('there are tasks to compare with', () => {
    expect(tasks.length).toBeGreaterThan(20);
  });
});
