import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedPackage } from '../support/bin.ts';

const DIST = join(installedPackage(), 'dist');
const FILES = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.js'),
);
const read = (path: string) => readFileSync(join(DIST, path), 'utf8');

/** The packages that a built file imports, at its start or later. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(
    /^(?:import|export)\s+(?:[\w$*{},\s]+\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  const names = [...found].map(([, atStart = '', later = '']) => atStart || later);
  return names.filter((name) => !name.startsWith('.') && !isBuiltin(name));
}

test('the built package imports only packages of Yeoman, and each is a dependency', () => {
  const { dependencies } = JSON.parse(
    readFileSync(join(installedPackage(), 'package.json'), 'utf8'),
  );
  const imported = [...new Set(FILES.flatMap(importsOf))].sort();
  expect(imported).toEqual(['@yeoman/adapter', 'yeoman-generator']);
  for (const name of imported) expect(Object.keys(dependencies)).toContain(name);
});

test('the command line loads neither Yeoman, nor execa, nor a parser before it needs one', () => {
  const atStart = new Map<string, string>();
  const visit = (path: string): void => {
    if (atStart.has(path)) return;
    const text = read(path);
    atStart.set(path, text);
    for (const [, file = ''] of text.matchAll(
      /^(?:import|export)\s+(?:[\w$*{},\s]+\sfrom\s+)?"(\.[^"]+)"/gm,
    )) {
      visit(join(path, '..', file));
    }
  };
  visit(join('generators', 'cli.js'));
  const code = [...atStart.values()].join('\n');
  const bundled = [...code.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(
    ([, name]) => name,
  );
  expect(bundled).toEqual([]);
  expect(code).not.toMatch(/^import\b.*yeoman/m);
});
