import fc from 'fast-check';
import { parse as parseToml } from 'smol-toml';
import { expect, test } from 'vitest';
import { planRepository } from '../../generators/commands/repository/repository-plan.ts';
import { Refusal } from '../../generators/engine/errors.ts';
import { packageOf } from '../../generators/engine/names.ts';
import { ANSWERS_FILE, ANSWERS_KEY } from '../../generators/engine/state.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import {
  CATALOG,
  choicesOf,
  FIXED,
  MODALITIES,
  QUESTIONS,
  REMOVABLE,
  REPOSITORIES,
  treeOf,
} from '../support/repositories.ts';
import { expectReadable, expectTidy } from '../support/well-formed.ts';

/** Mostly visible texts, now and then anything. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(...'"\'\\`$#{}[]<>%&|:;,=!?*_-+~@^()/ a1é'),
      maxLength: 30,
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.anything().filter((one) => one !== undefined) },
);

/** Mostly an allowed answer. */
const mostly = (...allowed: readonly string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...allowed) }, { weight: 1, arbitrary: text });

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,2}$/);

const answers = fc.record(
  {
    name: fc.oneof({ weight: 9, arbitrary: word }, { weight: 1, arbitrary: text }),
    modality: mostly(...MODALITIES),
    phase: mostly(...choicesOf('phase')),
    description: text,
    author: text.filter((one) => typeof one !== 'string' || /\S/.test(one)),
    email: text,
    license: mostly(...choicesOf('license')),
    cloud: mostly(...choicesOf('cloud')),
    with: fc.oneof(fc.subarray([...REMOVABLE], { maxLength: 2 }), fc.constant([])),
    without: fc.oneof(fc.subarray([...REMOVABLE], { maxLength: 2 }), fc.constant([])),
  },
  { requiredKeys: [] },
);

const given = fc.oneof(
  { weight: 9, arbitrary: answers },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('extra', ...QUESTIONS.map((one) => one.key)), text),
  },
);

/** Trees that are known to be readable: test/rules/trees.test.ts reads them. */
const known = new Map<string, Tree>();
for (const { modality, phase } of REPOSITORIES) {
  known.set(`${modality} ${phase}`, await treeOf({ modality, phase }));
}

/** The tree says what was asked. */
function expectSaid(tree: Tree, asked: Record<string, unknown>): void {
  const state = JSON.parse(String(tree.get(ANSWERS_FILE)?.bytes))[ANSWERS_KEY].answers;
  const { project } = parseToml(String(tree.get('pyproject.toml')?.bytes)) as {
    project: { name: string; description: string; authors: object[] };
  };
  for (const [key, value] of Object.entries(asked)) {
    if (typeof value === 'string' && key !== 'phase') expect(state[key]).toBe(value);
  }
  expect(project.name).toBe(asked.name);
  if (asked.description !== undefined) expect(project.description).toBe(asked.description);
  const email = String(asked.email).trim() === '' ? {} : { email: asked.email };
  expect(project.authors).toEqual([{ name: asked.author, ...email }]);
  expect(tree.has(`src/${packageOf(String(asked.name))}/__init__.py`)).toBe(true);
}

/** Thousands in the nightly run. */
const RUNS = process.env.NIMBLE_ML_NIGHTLY ? 4000 : 300;

test('random answers are refused in one visible line, or reach the files exactly', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(given, async (some) => {
      const asked: Record<string, unknown> = { ...FIXED, ...some };
      const plan = planRepository(
        '/nowhere/churn',
        CATALOG,
        { given: asked, yes: true },
        { ask: undefined },
      );
      const result = await plan.catch((error: unknown) => error);
      if (result instanceof Error) {
        expect(result).toBeInstanceOf(Refusal);
        expect(result.message).toMatch(/^[^\p{Cc}\u2028\u2029\u202a-\u202e]+$/u);
        return;
      }
      const { tree } = result as { tree: Tree };
      written += 1;
      const like = `${asked.modality ?? 'tabular'} ${asked.phase ?? '1'}`;
      expectReadable(tree, known.get(like) ?? new Map());
      if (written % 10 === 0) expectTidy(tree);
      expectSaid(tree, asked);
    }),
    { numRuns: RUNS },
  );
  expect(written).toBeGreaterThan(RUNS / 10);
}, 120_000);
