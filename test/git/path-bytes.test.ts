import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePath, encodePath, splitFields } from '../../generators/git/path-bytes.ts';

test('every path comes back byte for byte, UTF-8 or not', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodePath(decodePath(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
  for (const path of ['ü/ß', '😀', 'a\nb', '-x'])
    expect(encodePath(path)).toEqual(Buffer.from(path));
});

test('fields end with a zero byte', () => {
  expect(splitFields(Buffer.from('a\0\0b c\0')).map(String)).toEqual(['a', '', 'b c']);
  expect(splitFields(Buffer.from(''))).toEqual([]);
});
