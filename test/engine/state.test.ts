import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANSWERS_FILE, addStateFiles, blobId, LOCK_FILE } from '../../generators/engine/state.ts';
import { answersOf, block, modality, skeleton } from '../support/blocks.ts';
import { temporaryFolder } from '../support/folders.ts';

const file = (text: string, mode: '100644' | '100755' = '100644') => ({
  bytes: Buffer.from(text),
  mode,
});
const TREE = new Map([
  ['a.txt', file('a\n')],
  ['run', file('#!/bin/sh\n', '100755')],
]);
const BLOCKS = [skeleton(), modality('tabular'), block('tracker'), block('gate')];

const withState = (given = {}) => addStateFiles(TREE, answersOf(given), BLOCKS, '1.2.3');
const jsonOf = (path: string, given = {}) => JSON.parse(String(withState(given).get(path)?.bytes));

describe('.yo-rc.json', () => {
  test('holds version, phase, blocks and every answer under our own key', () => {
    expect(jsonOf(ANSWERS_FILE, { phase: 2, task: 'classes', server: true })).toEqual({
      'generator-nimble-ml': {
        version: '1.2.3',
        phase: 2,
        blocks: ['gate', 'tracker'],
        answers: {
          modality: 'tabular',
          name: 'churn-model',
          server: true,
          task: 'classes',
          with: [],
          without: [],
        },
      },
    });
  });

  test('is the same whatever the order in which questions were answered', () => {
    const { name, ...rest } = answersOf();
    const other = addStateFiles(TREE, { ...rest, name } as never, [...BLOCKS].reverse(), '1.2.3');
    expect(other.get(ANSWERS_FILE)).toEqual(withState().get(ANSWERS_FILE));
  });
});

describe('the lock', () => {
  test('holds mode and blob id of every rendered path, and not its own', () => {
    expect(jsonOf(LOCK_FILE)).toEqual({
      schema: 1,
      files: {
        'a.txt': '100644 78981922613b2afb6025042ff6bd878ac1994e85',
        run: `100755 ${blobId(Buffer.from('#!/bin/sh\n'))}`,
      },
    });
  });

  test('its ids are those of "git hash-object"', () => {
    const cwd = temporaryFolder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const args = ['hash-object', '--no-filters', '--stdin'];
        const id = execFileSync('git', args, { cwd, input: bytes, encoding: 'utf8' }).trim();
        expect(blobId(Buffer.from(bytes))).toBe(id);
      }),
      { numRuns: 15 },
    );
  });
});

test('nothing of today is saved: no date, no time, no path of this machine', () => {
  const text = [ANSWERS_FILE, LOCK_FILE].map((path) => withState().get(path)?.bytes).join('');
  expect(text).not.toMatch(/\d{4}-\d{2}-\d{2}|\d{2}:\d{2}|\/home|\/tmp|\/root/);
});

test('both files end in a newline, and the tree stays sorted', () => {
  const tree = withState();
  for (const path of [ANSWERS_FILE, LOCK_FILE]) {
    expect(String(tree.get(path)?.bytes)).toMatch(/[^\n]\n$/);
  }
  expect([...tree.keys()]).toEqual([...tree.keys()].sort());
});
