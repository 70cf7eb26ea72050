import { expect, test } from 'vitest';
import { flagsOf } from '../../generators/cli/flags.ts';
import { flagLines } from '../../generators/cli/help.ts';
import newCommand from '../../generators/commands/new.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf, modality } from '../support/blocks.ts';

const task = (help: string, preset: string) => ({
  options: { task: { ask: 'Which task?', help, default: preset, choices: ['a', 'b'] } },
});
const LINES = flagLines(
  newCommand,
  questionsOf(
    catalogOf(
      modality('tabular', task('What to learn.', 'a')),
      modality('vision', task('What to see.', 'b')),
      block('tracker', { options: { log_server: { ask: 'A server?', default: false } } }),
    ),
  ),
);
const lineOf = (flag: string) => LINES.find((line) => line.trimStart().startsWith(flag));

test('the help shows a question with its flag, choices, help text and default', () => {
  expect(lineOf('--modality tabular|vision ')).toContain('The kind of data. (default: tabular)');
  expect(lineOf('--name TEXT ')).toContain('Names the repository. (default: my-model)');
});

test('the help names git where a default comes from git', () => {
  expect(lineOf('--author')).toContain("Who? (default: git's user.name)");
});

test('the help shows both flags of a yes-no question', () => {
  expect(lineOf('--[no-]log-server')).toContain('tracker: A server? (default: false)');
});

test('modalities that share a flag share its line, each with its own help text', () => {
  expect(LINES.filter((line) => line.includes('--task'))).toHaveLength(1);
  expect(lineOf('--task a|b ')).toContain(
    'tabular: What to learn. (default: a); vision: What to see. (default: b)',
  );
});

test('the help shows every flag that is not a question', () => {
  for (const { flag, help } of flagsOf(newCommand.flags)) {
    expect(LINES.find((line) => line.includes(`--${flag}`))).toContain(help);
  }
});
