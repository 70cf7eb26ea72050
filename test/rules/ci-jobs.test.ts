import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startingJobs, viewJobs } from '../../generators/engine/ci-jobs.ts';
import { BLOCKS, CATALOG, MODALITIES, PHASES, textsOf, treeOf } from '../support/repositories.ts';

const NEWEST = String(Math.max(...PHASES));

/** The tasks of a rendered repository. */
function tasksOf(texts: ReadonlyMap<string, string>): Set<string> {
  const files = [...texts].filter(([path]) => /^tasks\/[^/]+\.toml$/.test(path));
  const names = files.flatMap(([, text]) =>
    [...text.matchAll(/^\[tasks\.["']?([\w-]+)["']?\]/gm)].map(([, name = '']) => name),
  );
  return new Set(names);
}

test.each(MODALITIES)(
  'every task that a CI job of %s runs is a task of the repository',
  async (modality) => {
    const texts = textsOf(await treeOf({ modality, phase: NEWEST }));
    const tasks = tasksOf(texts);
    const workflows = [...texts].filter(([path]) => path.startsWith('.github/workflows/'));
    const used = workflows.flatMap(([, text]) =>
      [...text.matchAll(/\bpoe ([\w-]+)/g)].map(([, name = '']) => name),
    );
    expect(used.length).toBeGreaterThan(8);
    for (const name of used) expect([...tasks], name).toContain(name);
  },
);

test.each(PHASES.map(String))(
  'CI runs the checks and the tests of src/*/mlops at phase %s',
  async (phase) => {
    const text = textsOf(await treeOf({ phase })).get('.github/workflows/check.yml') ?? '';
    expect(text).toMatch(/run: uv run --locked poe check$/m);
    expect(text).toMatch(/run: uv run --locked poe test-machinery$/m);
  },
);

test('a provider of CI renders every job, as one workflow with what the job says', async () => {
  const asked = BLOCKS.filter(
    ({ phase, ciJobs }) => phase === 'never' && Object.keys(ciJobs).length > 0,
  );
  const names = asked.map(({ id }) => id).join(',');
  const texts = textsOf(await treeOf({ phase: NEWEST, with: names }));
  const blocks = BLOCKS.filter(({ kind, id }) => kind !== 'modality' && id !== 'ci-gitlab');
  const starting = startingJobs(viewJobs(blocks));
  expect(starting.length).toBeGreaterThan(6);
  for (const { id, chain } of starting) {
    const workflow = parse(texts.get(`.github/workflows/${id}.yml`) ?? '');
    expect(workflow.permissions, id).toEqual({});
    expect(Object.keys(workflow.jobs), id).toEqual(chain.map((one) => one.id));
    expect(workflow.jobs[id].permissions, id).toEqual({ contents: 'read' });
    for (const one of chain) {
      const wanted = one.permissions.map(({ scope, access }) => [scope, access]);
      expect(workflow.jobs[one.id].permissions, one.id).toEqual(Object.fromEntries(wanted));
      expect(workflow.jobs[one.id]['timeout-minutes'], one.id).toBeGreaterThan(0);
    }
  }
});

test('a job joins by one entry in block.yaml: no other file names it', async () => {
  const without = await treeOf({ phase: NEWEST, without: 'tuning-optuna' });
  const ids = Object.keys(CATALOG.get('tuning-optuna')?.ciJobs ?? {});
  expect(ids).toHaveLength(1);
  for (const id of ids) expect(without.has(`.github/workflows/${id}.yml`)).toBe(false);
});
