import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { readFiles, writeFiles } from './support/folders.ts';
import { MODALITIES, treeOf } from './support/repositories.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/** The tree as it is kept here. */
async function rendered(modality: string): Promise<Map<string, Buffer>> {
  const tree = await treeOf({ modality });
  return new Map([...tree].map(([path, { bytes }]) => [stored(path), bytes]));
}

/** Names that git or npm would obey inside this repository are kept under another. */
function stored(path: string): string {
  return path.replace(/(^|\/)\.(git\w*|npmrc)/g, '$1dot_$2');
}

describe('whole repositories, as users get them', () => {
  test.each(MODALITIES)(
    '%s is as it was; npm run golden shows the difference in git',
    async (modality) => {
      const folder = join(GOLDEN, modality);
      const now = await rendered(modality);
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
