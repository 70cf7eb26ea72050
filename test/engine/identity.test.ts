import { describe, expect, test } from 'vitest';
import { identityVariables } from '../../generators/engine/identity.ts';
import { answersOf, QUESTIONS, skeleton } from '../support/blocks.ts';
import { textsOf, treeOf } from '../support/repositories.ts';

const BLOCKS = [skeleton({ options: QUESTIONS })];
const NO_ONE = { author: 'The authors', email: 'a@example.com' };

test('an author whom git knows is named with name and address', () => {
  const answers = answersOf({ author: 'Ada "L"', email: 'ada@b.c' });
  expect(identityVariables(answers, BLOCKS)).toEqual({
    authors: ['{ name = "Ada \\"L\\"", email = "ada@b.c" }'],
    contacts: [{ plain: 'ada@b.c', markdown: 'ada\\@b.c' }],
    copyright_holder: 'Ada "L"',
  });
});

test('what neither git nor the user said is left out', () => {
  expect(identityVariables(answersOf(NO_ONE), BLOCKS)).toEqual({
    authors: [],
    contacts: [],
    copyright_holder: 'The contributors of churn-model',
  });
  expect(identityVariables(answersOf({ ...NO_ONE, email: '' }), BLOCKS).contacts).toEqual([]);
  const named = answersOf({ ...NO_ONE, author: 'Ada' });
  expect(identityVariables(named, BLOCKS).authors).toEqual(['{ name = "Ada" }']);
});

describe('a shipped repository without an author', () => {
  test.each(['mit', 'bsd-3-clause', 'proprietary', 'apache-2.0'])(
    'names no one who does not exist, with the licence %s',
    async (license) => {
      const given = { author: 'The authors', email: 'authors@example.com', license, phase: '2' };
      for (const [path, text] of textsOf(await treeOf(given))) {
        if (path === '.yo-rc.json') continue;
        expect(text, path).not.toMatch(/The authors\b(?! of)|authors@example\.com/);
      }
    },
  );
});
