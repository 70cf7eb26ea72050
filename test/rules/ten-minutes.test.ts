import { expect, test } from 'vitest';
import { MODALITIES, textsOf, treeOf } from '../support/repositories.ts';

/** What a newcomer reads: the front page, the configuration, the code. */
const READ = /^(README\.md|config\.yaml|src\/.*)$/;

test.each(MODALITIES)(
  '%s reads in ten minutes: at most 900 lines of README, config.yaml and src/',
  async (modality) => {
    const texts = [...textsOf(await treeOf({ modality, phase: '1' }))].filter(([path]) =>
      READ.test(path),
    );
    const lines = texts.map(([path, text]) => [path, text.split('\n').length - 1] as const);
    const total = lines.reduce((sum, [, count]) => sum + count, 0);
    expect(texts.map(([path]) => path)).toContain('README.md');
    expect(total, JSON.stringify(Object.fromEntries(lines), null, 2)).toBeLessThanOrEqual(900);
  },
);
