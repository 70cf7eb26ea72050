import { describe, expect, test } from 'vitest';
import { type Answer, collectAnswers, type Source } from '../../generators/engine/answers.ts';
import type { Block } from '../../generators/engine/block.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf, modality, QUESTIONS, skeleton } from '../support/blocks.ts';
import { laterRefusalOf } from '../support/refusals.ts';

const BLOCKS = [
  modality('tabular', {
    options: { task: { ask: 'Which task?', default: 'classes', choices: ['classes', 'numbers'] } },
  }),
  modality('vision'),
  block('tracker', { options: { server: { ask: 'A server?', default: false } } }),
  block('later', {
    phase: 2,
    options: { hour: { ask: 'When?', default: '3', pattern: '^\\d+$' } },
  }),
];

/** Takes every default. */
const DEFAULTS: Source = { yes: true, suggest: async (question) => question.default };

const collect = (
  given: Record<string, unknown>,
  source: Source = DEFAULTS,
  blocks: Block[] = BLOCKS,
) => {
  const catalog = catalogOf(...blocks);
  return collectAnswers(questionsOf(catalog), catalog, given, source);
};

/** A person who answers what the test says, and what was asked of them. */
function person(answers: Record<string, Answer> = {}) {
  const asked: string[] = [];
  const source: Source = {
    yes: false,
    suggest: async (question) => question.default,
    ask: async (question, suggested) => {
      asked.push(question.key);
      return answers[question.key] ?? suggested ?? '';
    },
  };
  return { asked, source };
}

describe('where answers come from', () => {
  test('given ones count before defaults', async () => {
    expect(await collect({ name: 'churn', phase: '2', server: true })).toEqual({
      name: 'churn',
      modality: 'tabular',
      task: 'classes',
      phase: 2,
      description: 'A project',
      author: 'The authors',
      email: 'a@example.com',
      server: true,
      hour: '3',
      with: [],
      without: [],
    });
  });

  test('a person is asked what is not given, in order, and only what matters', async () => {
    const { asked, source } = person({ modality: 'vision' });
    await collect({ author: 'Ada' }, source);
    expect(asked).toEqual(['name', 'modality', 'phase', 'description', 'email', 'server']);
  });

  test('with "yes" no question is asked', async () => {
    const { asked, source } = person();
    await collect({}, { ...source, yes: true });
    expect(asked).toEqual([]);
  });

  test('without "yes" and without a person, an open question is refused by its flag', async () => {
    const source = { yes: false, suggest: DEFAULTS.suggest };
    expect(await laterRefusalOf(collect({ name: 'churn' }, source))).toBe(
      '--modality is not answered and there is no terminal to ask in. Give it, or take every default with --yes.',
    );
  });

  test('a question without a default is refused under "yes", with the question', async () => {
    const options = { ...QUESTIONS, team: { ask: 'Which team?' } };
    const refusal = laterRefusalOf(collect({}, DEFAULTS, [skeleton({ options })]));
    expect(await refusal).toBe('--team has no default. Give it: Which team?');
  });

  test('what git suggests is checked like a flag', async () => {
    const suggest: Source['suggest'] = async ({ key, default: usual }) =>
      key === 'author' ? 'Ada\u202e' : usual;
    expect(await laterRefusalOf(collect({}, { yes: true, suggest }))).toContain(
      'holds the character U+202E',
    );
  });

  test('what a person answers is checked like a flag', async () => {
    const { source } = person({ name: 'No Name' });
    expect(await laterRefusalOf(collect({}, source))).toContain('"No Name" is not a name');
  });
});

describe('lists', () => {
  test.each([
    ['a text with commas', 'tracker, later'],
    ['a list', ['later', 'tracker', 'later']],
  ])('%s becomes a sorted list without repetition', async (_, given) => {
    expect((await collect({ without: given })).without).toEqual(['later', 'tracker']);
  });

  test.each([[7], [{ a: 1 }], [['a', 2]], [null]])('%j is no list', async (given) => {
    expect(await laterRefusalOf(collect({ with: given }))).toMatch(/^--with: .* is not a list\./);
  });
});

describe('refused answers', () => {
  test.each([
    [
      'an unknown key',
      { modalty: 'x' },
      /^"modalty" is not a question\. Did you mean "modality"\?/,
    ],
    [
      'an unknown choice',
      { modality: 'audio' },
      /^--modality: "audio" is not a choice\. Allowed: /,
    ],
    ['an unknown phase', { phase: '7' }, /^--phase: "7" is not a choice\..* Allowed: "1", "2"\.$/],
    ['a phase between two', { phase: 1.5 }, /^--phase: "1\.5" is not a choice\./],
    ['a list for a text', { author: ['Ada'] }, /^--author: \[ 'Ada' \] is not a text\./],
    ['a number for a text', { author: 1.5 }, /^--author: 1\.5 is not a text\. .*quotes/],
    ['nothing for a text', { author: null }, /^--author: null is not a text\./],
    [
      'a text for yes or no',
      { server: 'yes' },
      /^--server: "yes" is not an answer\. Allowed: true, false\.$/,
    ],
    ['a long text', { author: 'x'.repeat(201) }, /^--author: 201 characters are too many\./],
    ['two lines', { author: 'a\nb' }, /^--author: "a\\u\{A\}b" holds the character U\+000A\./],
    ['a lone surrogate', { author: 'a\ud800' }, /^--author: .* holds the character U\+D800/],
    [
      'a text that does not fit',
      { phase: '2', hour: 'noon' },
      /^--hour: "noon" does not fit\..*\^\\d\+\$/,
    ],
    ['an inherited name', { constructor: 'x' }, /^"constructor" is not a question\./],
  ])('%s', async (_, given, message) => {
    expect(await laterRefusalOf(collect(given))).toMatch(message);
  });

  test.each([
    ['zero', '\u0000'],
    ['escape', '\u001b'],
    ['line separator', '\u2028'],
    ['right-to-left override', '\u202e'],
    ['isolate', '\u2066'],
    ['Arabic letter mark', '\u061c'],
    ['zero-width space', '\u200b'],
    ['word joiner', '\u2060'],
    ['soft hyphen', '\u00ad'],
    ['byte order mark', '\ufeff'],
    ['tag letter', '\u{e0061}'],
    ['no character', '\u{1ffff}'],
  ])('the invisible character "%s" in a text', async (_, character) => {
    const refusal = await laterRefusalOf(collect({ author: `a${character}b` }));
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    expect(refusal).toContain(`holds the character U+${code}`);
    expect(refusal).not.toContain(character);
  });

  test('an answer to a question of another modality', async () => {
    expect(await laterRefusalOf(collect({ modality: 'vision', task: 'classes' }))).toBe(
      '--task is a question of "tabular", not of "vision". Leave it out, or choose another modality.',
    );
  });

  test('an answer to a question of a block that does not come', async () => {
    expect(await laterRefusalOf(collect({ hour: '4' }))).toBe(
      '--hour is a question of "later", which these answers do not bring. Leave it out, or add the block with --with.',
    );
  });

  test('a value without end, of which the message shows the beginning', async () => {
    const message = await laterRefusalOf(collect({ author: ['x'.repeat(10_000)] }));
    expect(message.length).toBeLessThan(200);
  });

  test('a value that holds itself', async () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(await laterRefusalOf(collect({ author: loop }))).toMatch(
      /^--author: .* is not a text\./,
    );
  });
});

test.each(['Zoë 🧑‍🔬', 'علی‌رضا', '"quoted" \\ $HOME `x`', "O'Neil", ' '])(
  'the text %j is kept to the letter',
  async (author) => {
    expect((await collect({ author })).author).toBe(author);
  },
);
