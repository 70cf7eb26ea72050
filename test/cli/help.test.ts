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

test('a question is a line: its flag, its choices, its help, its default', () => {
  expect(lineOf('--modality tabular|vision ')).toContain('The kind of data. (default: tabular)');
  expect(lineOf('--name TEXT ')).toContain('Names the repository. (default: my-model)');
});

test('a default that comes from git says so', () => {
  expect(lineOf('--author')).toContain("Who? (default: git's user.name)");
});

test('a yes-no question shows both of its flags', () => {
  expect(lineOf('--[no-]log-server')).toContain('tracker: A server? (default: false)');
});

test('modalities that share a flag share its line, each with its own words', () => {
  expect(LINES.filter((line) => line.includes('--task'))).toHaveLength(1);
  expect(lineOf('--task a|b ')).toContain(
    'tabular: What to learn. (default: a); vision: What to see. (default: b)',
  );
});

test('every flag that is not a question has a line', () => {
  for (const { flag, help } of flagsOf(newCommand.flags)) {
    expect(LINES.find((line) => line.includes(`--${flag}`))).toContain(help);
  }
});
