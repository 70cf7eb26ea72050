import { expect, test } from 'vitest';
import { MODALITIES, PHASES, treeOf } from '../support/repositories.ts';

const MACHINERY = /^src\/[^/]+\/mlops\/|^tests\/machinery\//;
/** Lists the hooks of the selected blocks. */
const SLOT_FILE = /\/mlops\/hooks\.py$/;

test.each(PHASES.map(String))(
  'a path below mlops/ or tests/machinery/ that two modalities share has the same bytes at phase %s',
  async (phase) => {
    const first = new Map<string, { modality: string; text: string }>();
    for (const modality of MODALITIES) {
      for (const [path, { bytes }] of await treeOf({ modality, phase })) {
        if (!MACHINERY.test(path) || SLOT_FILE.test(path)) continue;
        const text = String(bytes);
        const known = first.get(path);
        if (known) expect(text, `${path} of ${modality} and ${known.modality}`).toBe(known.text);
        else first.set(path, { modality, text });
      }
    }
    expect(first.size).toBeGreaterThan(20);
  },
);
