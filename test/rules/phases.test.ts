import { describe, expect, test } from 'vitest';
import { ANSWERS_FILE, LOCK_FILE } from '../../generators/engine/state.ts';
import { loadFiles } from '../../generators/engine/template-files.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import { BLOCKS, CATALOG, MODALITIES, PHASES, treeOf } from '../support/repositories.ts';

/** The files that may differ between phases, and between with and without a block. */
const SLOT_FILES = new Set([
  ...BLOCKS.flatMap((block) => Object.values(block.slots).map((slot) => rendered(slot.file))),
  ...filesThatList('blocks', 'ci_jobs', 'pull_request_jobs'),
  ANSWERS_FILE,
  LOCK_FILE,
]);
console.log(`slot files: ${[...SLOT_FILES].sort().join(' ')}`);

/** The path of a file in a repository with the name of these tests. */
function rendered(path: string): string {
  return path.replace('nimble_package', 'churn');
}

/** The files that print one of these lists of everything that is selected. */
function filesThatList(...lists: string[]): string[] {
  const loop = new RegExp(` of (${lists.join('|')})\\) \\{`);
  return BLOCKS.flatMap((block) => loadFiles(block).files)
    .filter(({ filled, bytes }) => filled && loop.test(bytes.toString('utf8')))
    .map(({ path }) => path);
}

/** The bigger tree only adds paths to the smaller one and changes nothing but slot files. */
function expectGrowth(small: Tree, big: Tree): void {
  for (const [path, { bytes, mode }] of small) {
    expect(big.has(path), `${path} is gone`).toBe(true);
    if (SLOT_FILES.has(path)) continue;
    expect(big.get(path)?.bytes.equals(bytes), `${path} differs`).toBe(true);
    expect(big.get(path)?.mode, path).toBe(mode);
  }
}

describe.each(MODALITIES)('%s', (modality) => {
  test.each(PHASES)(
    'what is there before phase %i is there after it, and only slot files differ',
    async (phase) => {
      const before = PHASES.filter((one) => one < phase).at(-1) ?? phase;
      expectGrowth(
        await treeOf({ modality, phase: String(before) }),
        await treeOf({ modality, phase: String(phase) }),
      );
    },
  );

  test('leaving a block out takes its own files away and changes slot files only', async () => {
    const phase = String(Math.max(...PHASES));
    const whole = await treeOf({ modality, phase });
    const state = JSON.parse(String(whole.get(ANSWERS_FILE)?.bytes));
    const ids: string[] = state['generator-nimble-ml'].blocks;
    const needed = new Set(ids.flatMap((id) => CATALOG.get(id)?.requires ?? []));
    for (const one of [CATALOG.get('skeleton'), CATALOG.get(modality)]) {
      for (const capability of one?.requires ?? []) needed.add(capability);
    }
    const free = ids.filter(
      (id) => !CATALOG.get(id)?.provides.some((capability) => needed.has(capability)),
    );
    expect(free.length).toBeGreaterThan(0);
    for (const id of free) expectGrowth(await treeOf({ modality, phase, without: id }), whole);
  });
});

test('slot files are few: those that have no way of including others', () => {
  expect([...SLOT_FILES].length).toBeLessThanOrEqual(15);
});
