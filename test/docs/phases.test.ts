import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANSWERS_FILE, LOCK_FILE } from '../../generators/engine/state.ts';
import { MODALITIES, treeOf } from '../support/repositories.ts';

test.each([
  [1, 2],
  [2, 3],
])(
  'docs/phases.md names the files of phase %i that phase %i changes, and no others',
  async (from, to) => {
    const page = readFileSync('docs/phases.md', 'utf8');
    const start = `Phase ${to} changes these files of phase ${from} and no others:`;
    const [sentence = ''] = page.split(start)[1]?.split('. A test') ?? [];
    const named = [...sentence.matchAll(/`([\w./<>-]+\.\w+|\.\w+)`/g)].map(([, path = '']) =>
      path.replace('<package>', 'churn'),
    );
    const changed = new Set<string>();
    for (const modality of MODALITIES) {
      const later = await treeOf({ modality, phase: String(to) });
      for (const [path, { bytes }] of await treeOf({ modality, phase: String(from) })) {
        if (!later.get(path)?.bytes.equals(bytes)) changed.add(path);
      }
    }
    for (const own of [ANSWERS_FILE, LOCK_FILE]) changed.delete(own);
    expect(named.sort()).toEqual([...changed].sort());
  },
);
