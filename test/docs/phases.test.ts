import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANSWERS_FILE, LOCK_FILE } from '../../generators/engine/state.ts';
import { MODALITIES, treeOf } from '../support/repositories.ts';

test('docs/phases.md names the files of phase 1 that phase 2 changes, and no others', async () => {
  const page = readFileSync('docs/phases.md', 'utf8');
  const [, sentence = ''] =
    /^Phase 2 changes these files of phase 1[^:]*:([\s\S]*?)\. A test/m.exec(page) ?? [];
  const named = [...sentence.matchAll(/`([\w./<>-]+\.\w+|\.\w+)`/g)].map(([, path = '']) =>
    path.replace('<package>', 'churn'),
  );
  const changed = new Set<string>();
  for (const modality of MODALITIES) {
    const later = await treeOf({ modality, phase: '2' });
    for (const [path, { bytes }] of await treeOf({ modality, phase: '1' })) {
      if (!later.get(path)?.bytes.equals(bytes)) changed.add(path);
    }
  }
  for (const own of [ANSWERS_FILE, LOCK_FILE]) changed.delete(own);
  expect(named.sort()).toEqual([...changed].sort());
});
