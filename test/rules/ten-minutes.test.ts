import { expect, test } from 'vitest';
import { MODALITIES, textsOf, treeOf } from '../support/repositories.ts';

/** What a newcomer reads: the front page, the configuration, the modules of the package. */
const READ = /^(README\.md|config\.yaml|src\/[^/]+\/[^/]+)$/;
async function linesOf(modality: string, chosen: RegExp): Promise<Record<string, number>> {
  const texts = [...textsOf(await treeOf({ modality, phase: '1' }))];
  return Object.fromEntries(
    texts
      .filter(([path]) => chosen.test(path))
      .map(([path, text]) => [path, text.split('\n').length - 1]),
  );
}

const total = (lines: Record<string, number>) =>
  Object.values(lines).reduce((sum, count) => sum + count, 0);

test.each(MODALITIES)(
  '%s reads in ten minutes: at most 900 lines of README, config.yaml and the modules of its package',
  async (modality) => {
    const lines = await linesOf(modality, READ);
    expect(Object.keys(lines)).toContain('README.md');
    expect(total(lines), JSON.stringify(lines, null, 2)).toBeLessThanOrEqual(900);
  },
);
