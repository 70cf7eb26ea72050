import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFiles } from '../../generators/engine/template-files.ts';
import { installedPackage } from '../support/bin.ts';
import { readFiles } from '../support/folders.ts';
import { BLOCKS, PHASES, TEMPLATES, textsOf, treeOf } from '../support/repositories.ts';

const LOADED = BLOCKS.map(loadFiles);
const FILES = LOADED.flatMap((block) => block.files.map((file) => ({ block, ...file })));
const FILLED = FILES.filter((file) => file.filled).map((file) => ({
  ...file,
  text: file.bytes.toString('utf8'),
}));

describe.each(FILLED)('$source', ({ path, text }) => {
  test('holds no branch: it prints variables and loops over lists, nothing else', () => {
    const tags = [...text.matchAll(/<%([_=-]?)([\s\S]*?)[-_]?%>/g)];
    for (const [tag, kind, code = ''] of tags) {
      if (kind === '=' || kind === '-') {
        expect(code.trim(), tag).toMatch(/^[a-z]\w*(\.[a-z]\w*)*$/i);
      } else {
        expect(code.trim(), tag).toMatch(
          /^(for \(const (\w+|\[\w+(, \w+)?\]) of [a-z]\w*(\.[a-z]\w*)?\) \{|\})$/i,
        );
      }
    }
  });

  test('fills something in', () => {
    expect(text).toMatch(/<%/);
  });

  test('reads only slots that are declared for it', () => {
    const declared = BLOCKS.flatMap((block) => Object.entries(block.slots));
    for (const [, slot] of text.matchAll(/\bslots\.(\w+)/g)) {
      expect(declared.find(([name]) => name === slot)?.[1].file, slot).toBe(path);
    }
  });
});

test('no file that a team edits ends with a slot: a line added at the end would conflict with the next entry', () => {
  const printing = FILLED.filter(
    ({ path, text }) => /\bof (slots\.\w+|blocks)\b/.test(text) && !path.includes('/mlops/'),
  );
  expect(printing.length).toBeGreaterThan(8);
  for (const { source, text } of printing) {
    expect(text.trimEnd().split('\n').at(-1), source).not.toContain('<%');
  }
});

test('every declared slot is printed by the file it is declared for', () => {
  for (const block of LOADED) {
    for (const [slot, { file }] of Object.entries(block.slots)) {
      const printers = FILLED.filter((one) => one.path === file);
      expect(printers, `${slot} in ${file}`).not.toEqual([]);
      for (const { text, source } of printers) {
        expect(text, source).toMatch(new RegExp(`\\bslots\\.${slot}\\b`));
      }
    }
  }
});

test('workflows do not depend on the name: the first push of a template repository may not change them', async () => {
  const workflowsOf = async (name: string) =>
    Object.fromEntries(
      [...textsOf(await treeOf({ name, phase: String(Math.max(...PHASES)) }))].filter(([path]) =>
        /^\.github\/(workflows|actions)\//.test(path),
      ),
    );
  const workflows = await workflowsOf('churn');
  expect(Object.keys(workflows).length).toBeGreaterThan(5);
  expect(await workflowsOf('other-name')).toEqual(workflows);
});

test.each(BLOCKS.filter((block) => block.kind !== 'skeleton'))(
  '$kind $id has a page of its own; that of a block says how to take it out',
  ({ folder, kind }) => {
    const page = readFiles(folder).get('docs.md')?.toString() ?? '';
    const lines = page.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^# \S/);
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(lines.length).toBeLessThanOrEqual(60);
    if (kind === 'block') expect(page).toMatch(/remov|tak(e|ing) it out|leave it out|delete/i);
  },
);

describe('what packing would change is not in the templates', () => {
  const walk = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (/^(__pycache__|\..*_cache|\.terraform|\.DS_Store)$/.test(entry.name)) return [];
      expect(entry.isSymbolicLink(), path).toBe(false);
      return entry.isDirectory() ? [`${path}/`, ...walk(path)] : [path];
    });
  const all = walk(TEMPLATES).map((path) => path.slice(TEMPLATES.length + 1));

  test('no link, and no name that begins with a dot', () => {
    expect(all.filter((path) => /(^|\/)\./.test(path))).toEqual([]);
  });

  test('no empty folder', () => {
    const empty = all.filter(
      (path) => path.endsWith('/') && readdirSync(join(TEMPLATES, path)).length === 0,
    );
    expect(empty).toEqual([]);
  });

  test('the packed package holds every template file, byte for byte, and nothing more', () => {
    const packed = readFiles(join(installedPackage(), 'templates'));
    const here = readFiles(TEMPLATES, [
      '.git',
      '__pycache__',
      '.DS_Store',
      '.ruff_cache',
      '.mypy_cache',
      '.pytest_cache',
      '.terraform',
    ]);
    expect([...packed.keys()]).toEqual([...here.keys()]);
    for (const [path, bytes] of here) expect(packed.get(path)?.equals(bytes), path).toBe(true);
  });
});
