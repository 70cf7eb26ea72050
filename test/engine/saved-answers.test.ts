import { describe, expect, test } from 'vitest';
import {
  keepOthersKeys,
  readLocked,
  readSavedAnswers,
} from '../../generators/engine/saved-answers.ts';
import { refusalOf } from '../support/refusals.ts';

const OURS = {
  version: '0.1.0',
  phase: 1,
  blocks: ['a'],
  answers: { name: 'churn', modality: 'tabular', with: [], without: [] },
};
const file = (ours: unknown, more = {}) =>
  Buffer.from(JSON.stringify({ 'generator-nimble-ml': ours, ...more }));

describe('what a repository remembers', () => {
  test('is read from our key', () => {
    expect(readSavedAnswers(file(OURS, { other: 1 }))).toEqual(OURS);
  });

  test.each<[string, Buffer | undefined, string]>([
    ['a missing file', undefined, 'is not in the last commit'],
    ['no JSON', Buffer.from('<<<<<<< x'), 'is not JSON'],
    ['another generator alone', Buffer.from('{"other": {}}'), 'was not written by nimble-ml'],
    [
      'no version',
      file({ ...OURS, version: 1 }),
      '"version" of "generator-nimble-ml" is missing or changed',
    ],
    ['no such phase', file({ ...OURS, phase: '1' }), '"phase" of'],
    ['blocks that are no list', file({ ...OURS, blocks: 'a' }), '"blocks" of'],
    ['no answers', file({ ...OURS, answers: [] }), '"answers" of'],
    ['no name', file({ ...OURS, answers: { ...OURS.answers, name: 1 } }), '"answers.name" of'],
    [
      'a list of numbers',
      file({ ...OURS, answers: { ...OURS.answers, with: [1] } }),
      '"answers.with" of',
    ],
  ])('%s is refused, with the cure', (_what, bytes, reason) => {
    const message = refusalOf(() => readSavedAnswers(bytes));
    expect(message).toContain(reason);
    expect(message).toMatch(/git (log|checkout)|not written by/);
  });
});

describe('the lock', () => {
  const ID = '78981922613b2afb6025042ff6bd878ac1994e85';
  const lock = (files: unknown) => Buffer.from(JSON.stringify({ schema: 1, files }));

  test('holds mode and id by path', () => {
    expect(readLocked(lock({ 'a/b': `100755 ${ID}` }))?.get('a/b')).toEqual({
      mode: '100755',
      id: ID,
    });
  });

  test.each([
    ['missing', undefined],
    ['no JSON', Buffer.from('=======')],
    ['of another schema', Buffer.from('{"schema": 2, "files": {}}')],
    ['with a mode that we never write', lock({ a: `120000 ${ID}` })],
    ['with half an id', lock({ a: '100644 7898' })],
    ['with a path out of the repository', lock({ '../a': `100644 ${ID}` })],
    ["with a path in git's folder", lock({ '.git/config': `100644 ${ID}` })],
  ])('the lock file is not used when it is %s', (_what, bytes) => {
    expect(readLocked(bytes)).toBeUndefined();
  });
});

test("other generators' keys stay, in their place", () => {
  const user = file({ old: 1 }, { other: { a: 1 } });
  expect(JSON.parse(String(keepOthersKeys(user, file(OURS))))).toEqual({
    'generator-nimble-ml': OURS,
    other: { a: 1 },
  });
  expect(keepOthersKeys(file({ old: 1 }), file(OURS))).toEqual(file(OURS));
});
