// What users get. Per modality and phase: a list of all files with the template each comes from, and the whole
// text of those that are not plain copies. And one repository as a whole, to browse: examples/tabular.
// `npm run golden` writes all of it again; git then shows what changed for users.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { ANSWERS_FILE, blobId, LOCK_FILE } from '../generators/engine/state.ts';
import type { RenderedFile, Tree } from '../generators/engine/tree.ts';
import { namesIn, readFiles, writeFiles } from './support/folders.ts';
import { MODALITIES, PHASES, REPOSITORIES, templatesOf, treeOf } from './support/repositories.ts';

const ROOT = join(import.meta.dirname, '..');
const GOLDEN = join(import.meta.dirname, 'golden');
const EXAMPLE = join(ROOT, 'examples/tabular');
const REFRESH = inject('refreshGoldens');

beforeAll(() => {
  if (!REFRESH) return;
  for (const folder of [GOLDEN, EXAMPLE]) rmSync(folder, { recursive: true, force: true });
});

/** Compares files with those of a folder, or writes them there. */
function expectGolden(folder: string, files: ReadonlyMap<string, Buffer>): void {
  if (REFRESH) writeFiles(folder, Object.fromEntries(files));
  const golden = readFiles(folder, []);
  expect([...files.keys()].sort()).toEqual([...golden.keys()]);
  for (const [path, bytes] of files) {
    const before = golden.get(path);
    if (!before?.equals(bytes)) expect(String(bytes), path).toBe(String(before));
  }
}

describe.each(REPOSITORIES)('$modality at phase $phase', ({ modality, phase }) => {
  const folder = join(GOLDEN, modality, `phase-${phase}`);

  test('has the files of its list, and rendered files have the text that is kept', async () => {
    const [tree, templates, before] = await Promise.all([
      treeOf({ modality, phase }),
      templatesOf({ modality, phase }),
      treeBefore(modality, phase),
    ]);
    const computed = [...tree.keys()].filter((path) => !templates.has(path));
    expect(computed).toEqual([LOCK_FILE, ANSWERS_FILE]);
    const list = [...tree].map(
      ([path, { mode }]) => `${mode} ${path} <- ${shown(templates.get(path)?.source)}\n`,
    );
    const rendered = [...tree].filter(([path]) => !isCopied(templates.get(path)));
    const kept = rendered.filter(
      ([path, { bytes }]) => path !== LOCK_FILE && !before.get(path)?.bytes.equals(bytes),
    );
    expectGolden(
      folder,
      new Map([
        ['FILES.txt', Buffer.from(list.join(''))],
        ...kept.map(([path, { bytes }]) => [stored(path), bytes] as const),
      ]),
    );
  });

  test('has the bytes of the template in each copied file, the name of the package put in', async () => {
    const tree = await treeOf({ modality, phase });
    for (const [path, template] of await templatesOf({ modality, phase })) {
      if (!isCopied(template)) continue;
      const expected = latin1(template.bytes).replaceAll('nimble_package', 'churn');
      if (latin1(tree.get(path)?.bytes) !== expected) {
        expect(String(tree.get(path)?.bytes), path).toBe(expected);
      }
    }
  });

  test('has a lock with the mode and blob id of every other file', async () => {
    const tree = await treeOf({ modality, phase });
    const lock = JSON.parse(String(tree.get(LOCK_FILE)?.bytes));
    const others = [...tree].filter(([path]) => path !== LOCK_FILE && path !== ANSWERS_FILE);
    expect(lock.files).toEqual(Object.fromEntries(others.map(lockEntry)));
  });
});

test('nothing is kept for a modality or a phase that there is not', () => {
  expect(namesIn(GOLDEN)).toEqual([...MODALITIES].sort());
  const phases = PHASES.map((phase) => `phase-${phase}`).sort();
  for (const modality of MODALITIES) expect(namesIn(join(GOLDEN, modality))).toEqual(phases);
});

test('examples/tabular is the tabular repository at the newest phase, without its lock', async () => {
  const tree = await treeOf({ modality: 'tabular', phase: String(PHASES.at(-1)) });
  const files = [...tree].filter(([path]) => path !== LOCK_FILE);
  expectGolden(EXAMPLE, new Map(files.map(([path, { bytes }]) => [path, bytes])));
});

/** The tree one phase earlier: its texts need not be kept again. */
async function treeBefore(modality: string, phase: string): Promise<Tree> {
  const before = PHASES.filter((one) => one < Number(phase)).at(-1);
  return before === undefined ? new Map() : treeOf({ modality, phase: String(before) });
}

function isCopied(template: { filled: boolean } | undefined): boolean {
  return template?.filled === false;
}

/** Where a file comes from; what the repository keeps of us has no template. */
function shown(source: string | undefined): string {
  return source === undefined ? 'the answers' : relative(ROOT, source).replaceAll('\\', '/');
}

/** Names that git or npm would obey inside this repository are kept under another. */
function stored(path: string): string {
  return path.replace(/(^|\/)\.(git\w*|npmrc)/g, '$1dot_$2');
}

function lockEntry([path, { mode, bytes }]: [string, RenderedFile]): [string, string] {
  return [path, `${mode} ${blobId(bytes)}`];
}

/** Text in which every byte is one character, so that binary files compare too. */
function latin1(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? 'missing';
}
