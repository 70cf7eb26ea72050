import { expect, test } from 'vitest';
import { isWellFormed as isWellFormedBytes } from '../../generators/merge/well-formed.ts';

const isWellFormed = (path: string, text: string) => isWellFormedBytes(path, Buffer.from(text));

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

test('TOML, YAML and JSON are UTF-8, and a text of another encoding is none of them', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1');
  expect(await isWellFormedBytes('a.toml', latin('# gr\u00fc\u00dfe\n'))).toBe(false);
  expect(await isWellFormedBytes('a.toml', Buffer.from('# gr\u00fc\u00dfe\n'))).toBe(true);
  expect(await isWellFormedBytes('.gitignore', latin('gr\u00fc\u00dfe\n'))).toBe(true);
});
