import { describe, expect, test } from 'vitest';
import { pullRequestJobs, startingJobs, viewJobs } from '../../generators/engine/ci-jobs.ts';
import { block } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

/** A valid job; a test states what matters to it. */
const job = (stated: Record<string, unknown> = {}) => ({
  title: 'A job',
  description: 'A test needs it.',
  triggers: ['push', 'pull_request'],
  timeout: 5,
  steps: [{ title: 'Work', task: 'work' }],
  ...stated,
});
const waiting = (...needs: string[]) => job({ triggers: [], needs });
const ids = (jobs: readonly { id: string }[]) => jobs.map(({ id }) => id);

describe('CI jobs', () => {
  test('of all selected blocks are there, sorted by id', () => {
    const one = block('one', { ciJobs: { test: job() } });
    const two = block('two', { ciJobs: { audit: job() } });
    expect(ids(viewJobs([one, two]))).toEqual(['audit', 'test']);
    expect(viewJobs([two, one])).toEqual(viewJobs([one, two]));
  });

  test('under with are there only when the other block is', () => {
    const one = block('one', { with: { tracking: { ciJobs: { test: job() } } } });
    expect(viewJobs([one])).toEqual([]);
    expect(ids(viewJobs([one, block('mlflow', { provides: ['tracking'] })]))).toEqual(['test']);
  });

  test('that wait for another are in its chain, each after what it needs', () => {
    const ciJobs = {
      release: waiting('approve', 'train'),
      approve: waiting('train'),
      train: job({ artifact: { paths: ['models'], days: 1 } }),
      lint: job(),
    };
    const jobs = viewJobs([block('one', { ciJobs })]);
    expect(ids(startingJobs(jobs))).toEqual(['lint', 'train']);
    const train = jobs.find(({ id }) => id === 'train');
    expect(ids(train?.chain ?? [])).toEqual(['train', 'approve', 'release']);
    expect(jobs.find(({ id }) => id === 'release')).toMatchObject({
      needs: ['["approve","train"]'],
      inputs: ['train'],
    });
  });

  test('that run on every pull request are known, with what waits for them', () => {
    const ciJobs = {
      always: job(),
      after: waiting('always'),
      sometimes: job({ paths: ['uv.lock'] }),
      never: job({ triggers: ['manual'] }),
    };
    const jobs = viewJobs([block('one', { ciJobs })]);
    expect(ids(pullRequestJobs(jobs))).toEqual(['always', 'after']);
  });

  test('have what they leave out as an empty list, and what they say as a list of one', () => {
    const [plain] = viewJobs([block('one', { ciJobs: { test: job() } })]);
    expect(plain).toMatchObject({ environment: [], artifact: [], schedule: [], manual: [] });
    expect(plain?.permissions).toEqual([
      { scope: 'contents', access: 'read', why: 'to check the code out' },
    ]);
    const stated = {
      environment: 'production',
      permissions: { contents: { access: 'write', why: 'to push a tag' } },
      steps: [{ title: 'Tag', run: 'git tag v1\ngit push\n', variables: ['REGISTRY'] }],
    };
    const [full] = viewJobs([block('one', { ciJobs: { test: job(stated) } })]);
    expect(full).toMatchObject({
      environment: ['production'],
      permissions: [{ scope: 'contents', access: 'write', why: 'to push a tag' }],
      steps: [{ task: [], script: [['git tag v1', 'git push']], variables: [['REGISTRY']] }],
    });
  });

  test('have variables and secrets of a step in one list', () => {
    const step = { title: 'Push', run: 'true', variables: ['REGISTRY'], secrets: ['PASSWORD'] };
    const [view] = viewJobs([block('one', { ciJobs: { test: job({ steps: [step] }) } })]);
    expect(view?.steps[0]?.env).toEqual([
      [
        { name: 'REGISTRY', context: 'vars' },
        { name: 'PASSWORD', context: 'secrets' },
      ],
    ]);
  });
});

describe('a CI job is refused, with its file and line, when', () => {
  const refusal = (ciJobs: Record<string, unknown>) =>
    refusalOf(() => viewJobs([block('one', { ciJobs })]));

  test('another block has a job with its id, naming both', () => {
    const blocks = ['one', 'two'].map((id) => block(id, { ciJobs: { test: job() } }));
    expect(refusalOf(() => viewJobs(blocks))).toMatch(
      /^blocks\/two\/block\.yaml:\d+: "one" has a CI job "test" already \(blocks\/one\/block\.yaml:\d+\)/,
    );
  });

  test.each([
    ['it needs a job that no one has', { test: waiting('tset') }, 'needs "tset"'],
    ['it has triggers and needs', { a: job(), b: job({ needs: ['a'] }) }, 'has triggers and needs'],
    ['nothing starts it', { a: job({ triggers: [] }) }, 'nothing starts'],
    ['a schedule has no time', { a: job({ triggers: ['schedule'] }) }, '"schedule"'],
    ['a time has no trigger', { a: job({ schedule: '0 1 * * *' }) }, '"schedule"'],
    ['jobs wait for each other', { a: waiting('b'), b: waiting('a') }, 'wait for each other'],
    [
      'it needs jobs that start separately',
      { a: job(), b: job(), c: waiting('a', 'b') },
      'start separately',
    ],
  ])('%s', (_, ciJobs, reason) => {
    const message = refusal(ciJobs);
    expect(message).toMatch(/^blocks\/one\/block\.yaml:\d+: /);
    expect(message).toContain(reason);
  });
});
