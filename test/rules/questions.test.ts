import { describe, expect, test } from 'vitest';
import { FLAGS } from '../../generators/cli/flags.ts';
import type { Question } from '../../generators/engine/questions.ts';
import { ANSWERS_FILE, LOCK_FILE } from '../../generators/engine/state.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import { QUESTIONS, treeOf } from '../support/repositories.ts';

/** Path → bytes, without what the generator remembers. */
const visible = (tree: Tree) =>
  Object.fromEntries(
    [...tree]
      .filter(([path]) => path !== ANSWERS_FILE && path !== LOCK_FILE)
      .map(([path, { bytes }]) => [path, bytes.toString('latin1')]),
  );

/** The answers under which a question is put. */
function environmentOf({ owner }: Question): Record<string, unknown> {
  if (owner.kind === 'modality') return { modality: owner.id };
  const modality = owner.modalities?.[0];
  if (owner.kind !== 'block') return {};
  return { with: owner.id, ...(modality ? { modality } : {}) };
}

/** Every answer of a question but its default. */
function otherAnswers({ key, type, choices, default: preset }: Question): unknown[] {
  if (type === 'yes-no') return [!preset];
  if (type === 'choice') {
    return choices.map((choice) => choice.value).filter((value) => value !== preset);
  }
  return [
    { name: 'other-name', email: 'other@example.com', git_branch: 'trunk' }[key] ??
      'Another answer',
  ];
}

const CASES = QUESTIONS.flatMap((question) =>
  otherAnswers(question).map((answer) => [question.flag, answer, question] as const),
);

describe('every answer to every question changes something that a user sees', () => {
  test.each(CASES)('--%s %s', async (_, answer, question) => {
    const around = environmentOf(question);
    const usual = visible(await treeOf(around));
    const other = visible(await treeOf({ ...around, [question.key]: answer }));
    expect(Object.entries(other).filter(([path, text]) => usual[path] !== text)).not.toEqual([]);
  });
});

test('no two flags are the same', () => {
  const flags = [
    ...new Set(QUESTIONS.map((one) => one.flag)),
    ...Object.values(FLAGS).map((one) => one.flag),
  ];
  expect(flags).toHaveLength(new Set(flags).size);
});

test('every question has a default, so that --yes answers everything', async () => {
  for (const question of QUESTIONS) expect(question.default, question.flag).toBeDefined();
});

test('free text reaches only files that are read, none that is run', async () => {
  const usual = visible(await treeOf());
  const other = visible(await treeOf({ description: 'x', author: 'y', email: 'z' }));
  const changed = Object.keys(other).filter((path) => usual[path] !== other[path]);
  expect(changed).toEqual(['LICENSE', 'README.md', 'pyproject.toml']);
});
