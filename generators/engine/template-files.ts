import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block, FileSet, LoadedBlock, TemplateFile } from './block.ts';
import { shown } from './disk.ts';
import { checkPath } from './paths.ts';

const loaded = new WeakMap<Block, LoadedBlock>();

/** The block with its files in memory, ready to render. They are read once: an upgrade renders several trees. */
export function loadFiles(block: Block): LoadedBlock {
  const known = loaded.get(block);
  if (known) return known;
  const read = block.fileSets.flatMap((set) => {
    const folder = shown(set.folder);
    return walk(set.folder).map((source) => readTemplate(set, source, folder));
  });
  const files = [...(block.stored ?? []), ...read];
  const whole = { ...block, files };
  loaded.set(block, whole);
  return whole;
}

/** `files/` and every `files+<other>/` of a block's folder, with the names after each plus sign. */
export function fileSetsOf(folder: string): FileSet[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^files(\+|$)/.test(entry.name))
    .map(({ name }) => ({ folder: join(folder, name), needs: name.split('+').slice(1) }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Reads a template of a set; `named` is how messages name the folder of the set. */
function readTemplate({ folder, needs }: FileSet, path: string, named: string): TemplateFile {
  const stored = path.slice(folder.length + 1).replaceAll('\\', '/');
  const source = named === '' ? stored : `${named}/${stored}`;
  const filled = stored.endsWith('.ejs');
  const target = (filled ? stored.slice(0, -'.ejs'.length) : stored)
    .split('/')
    .map((segment) => segment.replace(/^dot_/, '.'))
    .join('/');
  checkPath(target, source);
  return { path: target, source, needs, filled, bytes: readFileSync(path) };
}

/** Files below a folder, sorted; what editors and interpreters leave behind is not a template. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return LEFT_BEHIND.has(entry.name) ? [] : walk(path);
      return LEFT_BEHIND.has(entry.name) ? [] : [path];
    });
}

const LEFT_BEHIND = new Set([
  '__pycache__',
  '.DS_Store',
  '.ruff_cache',
  '.mypy_cache',
  '.pytest_cache',
  '.terraform',
]);
