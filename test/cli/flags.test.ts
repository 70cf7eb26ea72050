import { expect, test } from 'vitest';
import { checkReservedFlags } from '../../generators/cli/flags.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf } from '../support/blocks.ts';
import { refusalOf } from '../support/refusals.ts';

test.each(['yes', 'dry_run', 'json', 'blocks', 'restore', 'help', 'force', 'no_yes'])(
  'a block that asks by a flag of every command is refused: %s',
  (key) => {
    const owner = block('a', { options: { [key]: { ask: 'Well?' } } });
    const questions = questionsOf(catalogOf(owner));
    expect(refusalOf(() => checkReservedFlags(questions))).toMatch(
      /block\.yaml:\d+: --[\w-]+ is a flag of every command\. Name the option/,
    );
  },
);

test('a block that asks by a flag of its own is not refused', () => {
  const owner = block('a', { options: { server: { ask: 'A server?', default: false } } });
  expect(() => checkReservedFlags(questionsOf(catalogOf(owner)))).not.toThrow();
});
