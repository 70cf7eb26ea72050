import { expect, test } from 'vitest';
import { isWellFormed } from '../../generators/merge/well-formed.ts';

test.each([
  ['a.toml', 'a = 1\n', 'a = 1\na = 2\n'],
  ['a/b.yaml', 'a: 1\n', 'a: [1\n'],
  ['a.yml', 'a: 1\n---\nb: 2\n', 'a: 1\na: 2\n'],
  ['a.json', '{}', '{,}'],
  ['a.ipynb', '{"cells": []}', '{'],
])('%s is read as what its name says', async (path, good, bad) => {
  expect(await isWellFormed(path, good)).toBe(true);
  expect(await isWellFormed(path, bad)).toBe(false);
});

test('a name that says nothing can hold anything', async () => {
  expect(await isWellFormed('Makefile', '{,}')).toBe(true);
});
