import { describe, expect, test } from 'vitest';
import { lineOf } from '../../generators/engine/block.ts';
import { parseBlock } from '../../generators/engine/parse-block.ts';
import { blockYaml } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

const FILE = 'blocks/store/block.yaml';
const parse = (text: string) => parseBlock(text, FILE);

/** A valid block with these lines before (and after) it. */
const lines = (...added: string[]) => `${added.join('\n')}\n${blockYaml('store')}`;

describe('a valid block.yaml', () => {
  test('is read as it is', () => {
    const stated = {
      provides: ['storage'],
      when: { cloud: 'aws' },
      entries: { needs: { boto3: '>=1' } },
    };
    expect(parse(blockYaml('store', stated)).stated).toEqual({
      id: 'store',
      title: 'The block store',
      phase: 1,
      why: 'A test needs it.',
      adoptWhen: 'A test says so.',
      cost: { setup: '0 min', monthly: '$0' },
      remove: 'Delete it.',
      ...stated,
    });
  });

  test('knows the line of each of its keys', () => {
    const parsed = parse(
      lines(
        'entries:',
        '  needs:',
        '    boto3: ">=1"',
        '    tasks/*.py: "[]"',
        'provides: [storage]',
      ),
    );
    expect(lineOf(parsed.lines, ['entries'])).toBe(1);
    expect(lineOf(parsed.lines, ['entries', 'needs', 'boto3'])).toBe(3);
    expect(lineOf(parsed.lines, ['entries', 'needs', 'tasks/*.py'])).toBe(4);
    expect(lineOf(parsed.lines, ['provides'])).toBe(5);
  });

  test('answers with the line of the deepest key that is there when asked for one that is not', () => {
    const parsed = parse(lines('entries:', '  needs:', '    boto3: ">=1"'));
    expect(lineOf(parsed.lines, ['entries', 'needs', 'torch'])).toBe(2);
    expect(lineOf(parsed.lines, ['nothing'])).toBe(1);
  });
});

describe('a broken block.yaml is refused by file and line', () => {
  test('an unknown key, with the nearest and every allowed key', () => {
    const message = refusalOf(() => parse(lines('', 'provide: [storage]')));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:2: "provide" is not a key of block\./);
    expect(message).toContain('Did you mean "provides"?');
    expect(message).toContain('Allowed: "id", "title", "phase", "modalities", "provides"');
  });

  test('a mistyped key, though it is also a missing one', () => {
    const message = refusalOf(() => parse(blockYaml('store').replace('phase:', 'fase:')));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:3: "fase" is not a key of block\./);
    expect(message).toContain('Did you mean "phase"?');
  });

  test('an unknown key of an option', () => {
    const message = refusalOf(() =>
      parse(lines('options:', '  region:', '    ask: Where?', '    defualt: eu')),
    );
    expect(message).toBe(
      `${FILE}:4: "defualt" is not a key of options.region. Did you mean "default"? Allowed: "ask", "help", "default", "defaultFrom", "quiet", "choices", "pattern", "aliases", "formerChoices".`,
    );
  });

  test('a value outside the allowed ones, which are listed', () => {
    const message = refusalOf(() => parse(blockYaml('store', { phase: 5 })));
    expect(message).toBe(`${FILE}:3: "phase" cannot be 5. Allowed: "1", "2", "3", "4", "never".`);
  });

  test('a mistyped value, with the nearest allowed one', () => {
    const message = refusalOf(() => parse(blockYaml('store', { phase: 'newer' })));
    expect(message).toContain('Did you mean "never"?');
  });

  test('a value of another type', () => {
    const message = refusalOf(() => parse(lines('provides: storage')));
    expect(message).toBe(`${FILE}:1: "provides" cannot be "storage": it must be array.`);
  });

  test('a value of another type under a key that holds a slash', () => {
    const message = refusalOf(() => parse(lines('entries:', '  needs:', '    tasks/*.py: 3')));
    expect(message).toBe(`${FILE}:3: "entries.needs.tasks/*.py" cannot be 3: it must be string.`);
  });

  test('an empty line of text', () => {
    const message = refusalOf(() => parse(blockYaml('store', { why: '' })));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:4: "why" cannot be ""/);
  });

  test('a missing key', () => {
    const message = refusalOf(() => parse(blockYaml('store').replace(/^why: .*\n/m, '')));
    expect(message).toBe(`${FILE}:1: block lacks "why". Add it.`);
  });

  test('a missing key of an option, at the line of the option', () => {
    const message = refusalOf(() => parse(lines('options:', '  region: { default: eu }')));
    expect(message).toBe(`${FILE}:2: options.region lacks "ask". Add it.`);
  });

  test('an empty file', () => {
    expect(refusalOf(() => parse(''))).toBe(`${FILE}:1: block lacks "id". Add it.`);
  });

  test('a list instead of keys', () => {
    expect(refusalOf(() => parse('- id: store\n'))).toMatch(
      /^blocks\/store\/block\.yaml:1: "block" cannot be \[.*\]: it must be object\.$/,
    );
  });

  test('YAML that does not parse', () => {
    const message = refusalOf(() => parse('id: store\ntitle: [a\nphase: 1\n'));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:[23]: /);
  });

  test('a key given twice', () => {
    const message = refusalOf(() => parse(`${blockYaml('store')}id: again\n`));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:\d+: Map keys must be unique/);
  });

  test('a name of an option that could be no flag', () => {
    const message = refusalOf(() => parse(lines('options:', '  Region-1: { ask: Where? }')));
    expect(message).toMatch(/^blocks\/store\/block\.yaml:[12]: /);
    expect(message).toContain('Region-1');
  });

  test('a pattern that is no regular expression', () => {
    const message = refusalOf(() =>
      parse(lines('options:', '  region: { ask: Where?, pattern: "[" }')),
    );
    expect(message).toMatch(
      /^blocks\/store\/block\.yaml:2: "options\.region\.pattern" cannot be "\["/,
    );
  });
});
