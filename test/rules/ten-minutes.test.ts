import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { putTrees, REPOSITORIES, textsOf, treeOf } from '../support/repositories.ts';

/** What a newcomer reads: the front page, the configuration, the modules of the package. */
const READ = /^(README\.md|config\.yaml|src\/[^/]+\/[^/]+)$/;
const MODULE = /^src\/[^/]+\/[^/]+\.py$/;
const COUNT_EXPRESSIONS = join(import.meta.dirname, '../support/expressions.py');

interface Expressions {
  mean: number;
  percentile95: number;
  longest: string[];
}

const total = (lines: Record<string, number>) =>
  Object.values(lines).reduce((sum, count) => sum + count, 0);

test.each(REPOSITORIES)(
  '$modality at phase $phase reads in ten minutes: at most 900 lines of README, config.yaml and the modules of its package',
  async (given) => {
    const texts = [...textsOf(await treeOf(given))].filter(([path]) => READ.test(path));
    const lines = Object.fromEntries(
      texts.map(([path, text]) => [path, text.split('\n').length - 1]),
    );
    expect(Object.keys(lines)).toContain('README.md');
    expect(total(lines), JSON.stringify(lines, null, 2)).toBeLessThanOrEqual(900);
  },
);

test.each(REPOSITORIES)(
  'the modules of the package of $modality at phase $phase hold one idea per line: on average at most 4 expressions, and at most 8 in 95 of 100 lines',
  async (given) => {
    const tree = await treeOf(given);
    const folder = join(putTrees(['churn'], [tree]), 'churn');
    const modules = [...tree.keys()].filter((path) => MODULE.test(path));
    const args = [COUNT_EXPRESSIONS, ...modules.map((path) => join(folder, path))];
    const counted = execFileSync('python3', args, { encoding: 'utf8' });
    const { mean, percentile95, longest } = JSON.parse(counted) as Expressions;
    const places = longest.join('\n');
    expect(mean, places).toBeLessThanOrEqual(4);
    expect(percentile95, places).toBeLessThanOrEqual(8);
  },
);
