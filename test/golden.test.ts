import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { readFiles, writeFiles } from './support/folders.ts';
import { PHASES, REPOSITORIES, treeOf } from './support/repositories.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/** What a phase adds to the one before it, or changes there; the first phase is kept whole. */
async function rendered(modality: string, phase: string): Promise<Map<string, Buffer>> {
  const before = PHASES.filter((one) => one < Number(phase)).at(-1);
  const known =
    before === undefined ? undefined : await treeOf({ modality, phase: String(before) });
  const tree = await treeOf({ modality, phase });
  const kept = [...tree].filter(([path, { bytes }]) => !known?.get(path)?.bytes.equals(bytes));
  return new Map(kept.map(([path, { bytes }]) => [stored(path), bytes]));
}

/** Names that git or npm would obey inside this repository are kept under another. */
function stored(path: string): string {
  return path.replace(/(^|\/)\.(git\w*|npmrc)/g, '$1dot_$2');
}

describe('whole repositories, as users get them', () => {
  test.each(REPOSITORIES)(
    '$modality at phase $phase is as it was; npm run golden shows the difference in git',
    async ({ modality, phase }) => {
      const folder = join(GOLDEN, modality, `phase-${phase}`);
      const now = await rendered(modality, phase);
      if (inject('refreshGoldens')) {
        rmSync(folder, { recursive: true, force: true });
        writeFiles(folder, Object.fromEntries(now));
      }
      const then = readFiles(folder, []);
      expect([...now.keys()].sort()).toEqual([...then.keys()]);
      for (const [path, bytes] of now) {
        const before = then.get(path);
        if (!before?.equals(bytes)) expect(String(bytes), path).toBe(String(before));
      }
    },
  );
});
