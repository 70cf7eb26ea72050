import { describe, expect, test } from 'vitest';
import type { Block } from '../../generators/engine/block.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf, modality, QUESTIONS, skeleton } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

const questions = (...blocks: Block[]) => questionsOf(catalogOf(...blocks));
const find = (key: string, ...blocks: Block[]) =>
  questions(...blocks).find((one) => one.key === key);

test('questions come in a natural order: name, modality, what the modality asks, the rest, the blocks', () => {
  const keys = questions(
    modality('tabular', { options: { task: { ask: 'Which task?' } } }),
    block('tracker', { options: { server: { ask: 'A server?', default: false } } }),
  ).map((one) => one.key);
  expect(keys).toEqual([
    'name',
    'modality',
    'task',
    'phase',
    'description',
    'author',
    'email',
    'server',
  ]);
});

test('the flag of a question is its key with dashes', () => {
  expect(find('data_rows', block('a', { options: { data_rows: { ask: 'Rows?' } } }))?.flag).toBe(
    'data-rows',
  );
});

const FREE = { setup: '0 min', monthly: '$0' };

test('the choices of the modality are the modalities in the catalog, with title and cost', () => {
  const choices = find('modality', modality('tabular'), modality('vision'))?.choices;
  expect(choices).toEqual([
    { value: 'tabular', title: 'The block tabular', cost: FREE },
    { value: 'vision', title: 'The block vision', cost: FREE },
  ]);
});

test('the choices of the phase are the phases that some block arrives in', () => {
  const values = (...blocks: Block[]) => find('phase', ...blocks)?.choices.map((one) => one.value);
  expect(values(block('a', { phase: 'never' }))).toEqual(['1']);
  expect(values(block('a', { phase: 3 }), block('b', { phase: 2 }))).toEqual(['1', '2', '3']);
});

test('a block that arrives by an answer adds that answer to the choices', () => {
  const cloud = { ask: 'Which cloud?', default: 'aws', choices: ['none'] };
  const found = find(
    'cloud',
    skeleton({ options: { ...QUESTIONS, cloud } }),
    block('amazon', { when: { cloud: 'aws' } }),
    block('google', { when: { cloud: 'gcp' } }),
  );
  expect(found?.choices.map((one) => one.value)).toEqual(['aws', 'gcp', 'none']);
});

test('two blocks that arrive by one answer add it once', () => {
  const cloud = { ask: 'Which cloud?', default: 'aws', choices: ['none'] };
  const found = find(
    'cloud',
    skeleton({ options: { ...QUESTIONS, cloud } }),
    block('amazon', { when: { cloud: 'aws' } }),
    block('bucket', { when: { cloud: 'aws' } }),
  );
  expect(found?.choices.map((one) => one.value)).toEqual(['aws', 'none']);
});

test('a true or false default makes a yes-no question, choices a choice, the rest is text', () => {
  const owner = block('a', {
    options: {
      on: { ask: 'On?', default: false },
      pick: { ask: 'Which?', default: 'x', choices: ['x', 'y'] },
      say: { ask: 'What?' },
    },
  });
  expect(['on', 'pick', 'say'].map((key) => find(key, owner)?.type)).toEqual([
    'yes-no',
    'choice',
    'text',
  ]);
});

describe('refused by file and line', () => {
  test('a default that is not among the choices', () => {
    const owner = block('a', {
      options: { region: { ask: 'Where?', default: 'mars', choices: ['eu', 'us'] } },
    });
    expect(refusalOf(() => questions(owner))).toMatch(
      /^blocks\/a\/block\.yaml:\d+: "mars" is not a choice\. Allowed: "eu", "us"\.$/,
    );
  });

  test('two blocks that ask with one flag', () => {
    const options = { server: { ask: 'A server?', default: false } };
    const message = refusalOf(() => questions(block('a', { options }), block('b', { options })));
    expect(message).toMatch(/block\.yaml:\d+: --server is asked by "[ab]" already\./);
  });
});

test('modalities may share a flag, since a repository has one of them', () => {
  const options = { task: { ask: 'Which task?', default: 'a', choices: ['a', 'b'] } };
  const flags = questions(modality('tabular', { options }), modality('vision', { options }));
  expect(flags.filter((one) => one.flag === 'task')).toHaveLength(2);
});
