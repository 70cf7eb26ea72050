import { expect, test } from 'vitest';
import { installedPackage } from '../support/bin.ts';
import { treeOf as committedTree } from '../support/git.ts';
import { BLOCKS, MODALITIES, textsOf, treeOf } from '../support/repositories.ts';
import {
  commit,
  edited,
  expectFinished,
  has,
  read,
  repositoryOf,
  run,
} from '../upgrade/support/repository.ts';

const DAG = 'orchestration/dags/pipeline.py';
const FLOW = 'orchestration/flow.py';
const WORKFLOW = '.github/workflows/training.yml';
const PROVIDERS = BLOCKS.filter(({ provides }) => provides.includes('orchestration'));
const OTHERS = PROVIDERS.map(({ id }) => id).filter((id) => id !== 'orchestration-ci');

test('a repository of phase 3 is trained on a schedule by CI', async () => {
  for (const modality of MODALITIES) {
    const tree = await treeOf({ modality, phase: '3' });
    expect(tree.has(WORKFLOW), modality).toBe(true);
    expect(tree.has(DAG), modality).toBe(false);
  }
});

test.each(OTHERS)('%s takes the place of the schedule in CI', async (id) => {
  const tree = await treeOf({ phase: '3', with: [id], without: ['orchestration-ci'] });
  expect(tree.has(WORKFLOW)).toBe(false);
});

test('orchestration-airflow brings the pipeline at phase 1', async () => {
  const tree = await treeOf({ phase: '1', with: ['orchestration-airflow'] });
  expect(tree.has('pipeline.yaml')).toBe(true);
  expect(tree.has(DAG)).toBe(true);
});

test('Airflow has an environment of its own', async () => {
  const tree = await treeOf({
    phase: '3',
    with: ['orchestration-airflow'],
    without: ['orchestration-ci'],
  });
  const texts = textsOf(tree);
  expect(texts.get('pyproject.toml')).not.toContain('airflow');
  expect(texts.get('orchestration/pyproject.toml')).toContain('"apache-airflow>=');
});

test('Prefect has an environment of its own, and its flow names no step of the pipeline', async () => {
  const tree = await treeOf({
    phase: '3',
    with: ['orchestration-prefect'],
    without: ['orchestration-ci'],
  });
  const texts = textsOf(tree);
  expect(texts.get('pyproject.toml')).not.toContain('prefect');
  expect(texts.get('orchestration/pyproject.toml')).toContain('"prefect>=');
  expect(texts.get(FLOW)).not.toMatch(/["'](data|validate|train|evaluate|gate)["']/);
  // The sign of a run and the time after which a silent one is dead are in two files.
  const [, beat] = /^BEAT = (\d+)/m.exec(texts.get(FLOW) ?? '') ?? [];
  expect(texts.get('tasks/prefect.py')).toContain(`"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "${beat}"`);
});

test('no step of the pipeline is named in the DAG', async () => {
  const tree = await treeOf({
    phase: '3',
    with: ['orchestration-airflow'],
    without: ['orchestration-ci'],
  });
  expect(String(tree.get(DAG)?.bytes)).not.toMatch(/["'](data|validate|train|evaluate|gate)["']/);
});

test.each([
  [
    'airflow',
    DAG,
    'src/churn/mlops/hooks.py',
    '/.airflow/',
    'A scheduler that runs has to be stopped',
  ],
  ['prefect', FLOW, '"--list"', '/.prefect/', 'A server that runs has to be stopped'],
])(
  'swap orchestration %s, and back, keeps what a user edited and restores every byte',
  async (id, path, text, ignored, remains) => {
    const pkg = installedPackage();
    const folder = await repositoryOf(pkg, ['--modality=tabular', '--phase=3']);
    commit(folder, {
      ...edited(folder, 'pipeline.yaml', 'retries: 2', 'retries: 5'),
      ...edited(folder, 'dvc.yaml', 'stages:', '# ours\nstages:'),
      'notes/plan.md': 'ours\n',
    });
    const before = committedTree(folder);
    await expectFinished(folder, () => run(pkg, folder, ['swap', 'orchestration', id]));
    expect(has(folder, WORKFLOW)).toBe(false);
    expect(read(folder, path)).toContain(text);
    expect(read(folder, '.gitignore')).toContain(ignored);
    expect(read(folder, 'pipeline.yaml')).toContain('retries: 5');
    const back = await expectFinished(folder, () =>
      run(pkg, folder, ['swap', 'orchestration', 'ci']),
    );
    expect(back.stdout).toContain(remains);
    expect(committedTree(folder)).toEqual(before);
  },
  120_000,
);
