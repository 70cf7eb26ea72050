import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../generators/engine/errors.ts';
import { parseRules } from '../../generators/git/ignored.ts';
import { parseMerge } from '../../generators/git/merge-tree.ts';
import { takeAnswer } from '../../generators/git/object-reader.ts';
import { splitFields } from '../../generators/git/path-bytes.ts';
import { readId } from '../../generators/git/process.ts';
import { parseStatus } from '../../generators/git/status.ts';
import { parseDifferences } from '../../generators/git/tree-diff.ts';
import { parseTree, parseTreeObject } from '../../generators/git/tree-entries.ts';

const ID = '0123456789abcdef0123456789abcdef01234567';
const LONG = `${ID}${ID.slice(0, 24)}`;

/** Each with the zero byte that ends it. */
const fields = (...all: string[]) => all.map((one) => `${one}\0`).join('');

/** Each parser, what git prints for it, and whether a result is made of what git can mean. */
const PARSERS = {
  'ls-tree': {
    parse: parseTree,
    printed: fields(`100644 blob ${ID}\ta b\nc`, `160000 commit ${LONG}\tlibrary`),
    isSound: (found: ReturnType<typeof parseTree>) =>
      found.every(({ id, path }) => isId(id) && path !== ''),
  },
  'cat-file of a tree': {
    parse: (bytes: Buffer) => parseTreeObject(bytes, 20),
    printed: `100644 a b\nc\0${'b'.repeat(20)}40000 notes\0${' '.repeat(20)}160000 x\0${'\0'.repeat(20)}`,
    isSound: (found: ReturnType<typeof parseTreeObject>) =>
      found.every(({ id, path }) => isId(id) && path !== ''),
  },
  'diff-tree': {
    parse: (bytes: Buffer) => parseDifferences(bytes, false),
    printed: fields(
      `:100644 100755 ${ID} ${ID} M`,
      'notes/a',
      `:000000 100644 ${ID} ${ID} A`,
      'b c',
    ),
    isSound: areDifferences,
  },
  'diff-tree with renames': {
    parse: (bytes: Buffer) => parseDifferences(bytes, true),
    printed: fields(`:100644 100644 ${ID} ${ID} R100`, 'old', 'new'),
    isSound: areDifferences,
  },
  'merge-tree': {
    parse: parseMerge,
    printed: fields(
      ID,
      `100644 ${ID} 1\ta`,
      `100644 ${ID} 2\ta`,
      '',
      '1',
      'a',
      'CONFLICT (contents)',
      'in a\n',
    ),
    isSound: ({ tree, conflicts }: ReturnType<typeof parseMerge>) =>
      isId(tree) &&
      conflicts.every(({ path, stages }) => {
        const versions = Object.values(stages);
        return path !== '' && versions.length > 0 && versions.every(({ id }) => isId(id));
      }),
  },
  status: {
    parse: (bytes: Buffer) => parseStatus(String(bytes)),
    printed: fields(`# branch.oid ${ID}`, `1 .M N... 100644 100644 100644 ${ID} ${ID} notes/a b`),
    isSound: (found: string[]) => found.every((path) => path !== ''),
  },
  'check-ignore': {
    parse: parseRules,
    printed: fields('.gitignore', '12', '*.log', 'a.log', '.git/info/exclude', '1', '/b/', 'b/'),
    isSound: (found: ReturnType<typeof parseRules>) =>
      found.every(({ path, source }) => path !== '' && source !== ''),
  },
  'cat-file': {
    parse: (bytes: Buffer) => takeAnswer(bytes, { name: ID, whole: true }),
    printed: `${ID} blob 5\nab\0c\n\n${ID} missing\n`,
    isSound: (taken: ReturnType<typeof takeAnswer>) =>
      taken === 'more' || taken.found === undefined || isId(taken.found.id),
  },
} as const;

function isId(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function areDifferences(found: ReturnType<typeof parseDifferences>): boolean {
  return found.every(
    ({ path, from, before, after }) =>
      path !== '' && from !== '' && isId(before.id) && isId(after.id),
  );
}

/** What git prints with a part cut out, replaced or doubled, or bytes that have nothing to do with it. */
const damaged = (printed: string) => {
  const whole = Buffer.from(printed);
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc
      .constantFrom('\0', '\n', ' ', '\t', ID, '100644', '-1', '1e9', 'missing', ':')
      .map(Buffer.from),
  );
  const place = fc.nat({ max: whole.length });
  const edges = [...whole.keys()].filter((at) => '\0\t\n '.includes(printed[at] ?? '.'));
  const edge = fc.constantFrom(...edges.flatMap((at) => [at, at + 1]));
  return fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces)),
    fc.tuple(place, place, piece).map(([from, length, fresh]) => {
      return Buffer.concat([whole.subarray(0, from), fresh, whole.subarray(from + length)]);
    }),
    fc
      .tuple(edge, edge)
      .map(([from, to]) => Buffer.concat([whole.subarray(0, from), whole.subarray(to)])),
  );
};

describe.each(Object.entries(PARSERS))('what %s prints', (_name, parser) => {
  const parse = parser.parse as (bytes: Buffer) => never;
  const isSound = parser.isSound as (result: never) => boolean;

  test('is read, and not empty', () => {
    const result = parse(Buffer.from(parser.printed));
    expect(isSound(result)).toBe(true);
    expect(JSON.stringify(result)).not.toBe('[]');
  });

  test('is read or refused in one line, whatever it is', () => {
    fc.assert(
      fc.property(damaged(parser.printed), (bytes) => {
        try {
          expect(isSound(parse(bytes))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([`${ID}\0`, `${ID}\n\n`, ` ${ID}`, '', `${ID}${ID}`, 'fatal'])(
  '%j is not an id, and is refused in one line',
  (printed) => {
    expect(readId('commit-tree', Buffer.from(`${ID}\n`))).toBe(ID);
    expect(() => readId('commit-tree', Buffer.from(printed))).toThrow(Refusal);
  },
);

test('a list that was cut is refused, and not taken for a shorter one', () => {
  const whole = Buffer.from(PARSERS['ls-tree'].printed);
  const ends = [...whole.keys()].filter((at) => whole[at] === 0).map((at) => at + 1);
  for (let length = 1; length <= whole.length; length++) {
    const cut = whole.subarray(0, length);
    if (ends.includes(length)) expect(splitFields(cut)).toHaveLength(ends.indexOf(length) + 1);
    else expect(() => parseTree(cut), String(length)).toThrow(Refusal);
  }
});
