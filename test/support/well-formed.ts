import { isUtf8 } from 'node:buffer';
import { parse as parseToml } from 'smol-toml';
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Tree } from '../../generators/engine/tree.ts';
import { textsOf } from './repositories.ts';

/** How files of a kind are read. */
const PARSERS: readonly [RegExp, (text: string) => unknown][] = [
  [/\.toml$/, parseToml],
  [/\.ya?ml$/, parseYaml],
  [/\.(json|ipynb)$/, (text) => JSON.parse(text)],
  [
    /\.jsonl$/,
    (text) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  ],
];

function parseYaml(text: string): void {
  for (const document of parseAllDocuments(text, { uniqueKeys: true })) {
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) throw wrong;
  }
}

/** Every TOML, YAML and JSON file of a tree can be read; files equal to those of a known tree are taken as read. */
export function expectReadable(tree: Tree, known: Tree = new Map()): void {
  for (const [path, text] of newTextsOf(tree, known)) {
    const parse = PARSERS.find(([kind]) => kind.test(path))?.[1];
    if (parse) expect(() => parse(text), path).not.toThrow();
  }
}

/** Every text of a tree is UTF-8 and shaped like a text file on every system; files equal to those of a tidy tree are. */
export function expectTidy(tree: Tree, known: Tree = new Map()): void {
  for (const [path, text] of newTextsOf(tree, known)) {
    expect(isUtf8(Buffer.from(text)) && !text.includes('\ufffd'), `UTF-8: ${path}`).toBe(true);
    expect(text === '' || /[^\n]\n$/.test(text), `end of ${path}`).toBe(true);
    expect(text.includes('\r'), `carriage return in ${path}`).toBe(false);
    expect(text.match(/^.*[ \t]$/m)?.[0], `blank at the end of a line of ${path}`).toBeUndefined();
  }
}

/** The texts of a tree that another one does not hold with the same bytes. */
function newTextsOf(tree: Tree, known: Tree): Map<string, string> {
  const isNew = ([path, { bytes }]: [string, { bytes: Buffer }]) =>
    !known.get(path)?.bytes.equals(bytes);
  return textsOf(new Map([...tree].filter(isNew)));
}
