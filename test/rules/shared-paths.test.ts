import { expect, test } from 'vitest';
import { MODALITIES, PHASES, textsOf, treeOf } from '../support/repositories.ts';

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

/** Where teams add their own: mlops reads it by name. */
const READ_BY_NAME = ['project', 'adapters', 'providers'];

test.each(MODALITIES)(
  'what nimble-ml maintains in %s reaches the team only through project.py and adapters/',
  async (modality) => {
    const texts = textsOf(await treeOf({ modality, phase: String(Math.max(...PHASES)) }));
    const team = [...texts.keys()].flatMap((path) => /^src\/\w+\/(\w+)\.py$/.exec(path)?.[1] ?? []);
    const maintained = [...texts].filter(([path]) => /^src\/\w+\/mlops\/.*\.py$/.test(path));
    expect(maintained.length).toBeGreaterThan(50);
    for (const [path, text] of maintained) {
      if (path.includes(`/mlops/${modality}/`) && path.split('/').length === 5) continue; // called by the team
      const dots = '\\.'.repeat(path.split('/').length - 2);
      const imports = text.matchAll(new RegExp(`^ *from ${dots}(?: import )?(\\w+)`, 'gm'));
      const names = [...imports].map(([, name = '']) => name);
      const reached = names.filter((name) => team.includes(name) && !READ_BY_NAME.includes(name));
      expect(reached, path).toEqual([]);
    }
  },
);
