import { expect, test } from 'vitest';
import { parseCommandLine } from '../../generators/cli/arguments.ts';
import { argumentRange } from '../../generators/cli/command.ts';
import { commands } from '../../generators/cli/command-list.ts';
import { flagsOf } from '../../generators/cli/flags.ts';
import { flagLines, helpPage } from '../../generators/cli/help.ts';
import newCommand from '../../generators/commands/new.ts';
import phase from '../../generators/commands/phase.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf, modality } from '../support/blocks.ts';
import { BLOCKS, QUESTIONS as SHIPPED } from '../support/repositories.ts';

const task = (help: string, preset: string) => ({
  options: { task: { ask: 'Which task?', help, default: preset, choices: ['a', 'b'] } },
});
const QUESTIONS = questionsOf(
  catalogOf(
    modality('tabular', task('What to learn.', 'a')),
    modality('vision', task('What to see.', 'b')),
    block('tracker', { options: { log_server: { ask: 'A server?', default: false } } }),
  ),
);
const LINES = flagLines(newCommand, QUESTIONS, 80);

/** A flag and its text, on one line however it is wrapped. */
const entryOf = (flag: string) =>
  LINES.join('\n')
    .split(/\n(?= {2}\S|$|\S)/m)
    .find((entry) => entry.trimStart().startsWith(flag))
    ?.replace(/\s+/g, ' ');

test('the help shows a question with its flag, choices, help text and default', () => {
  expect(entryOf('--modality')).toBe(
    ' --modality tabular|vision The kind of data. (default: tabular)',
  );
  expect(entryOf('--name TEXT')).toContain('Names the repository. (default: my-model)');
});

test('the help names git where a default comes from git', () => {
  expect(entryOf('--author')).toContain("Who? (default: git's user.name)");
});

test('the help shows both flags of a yes-no question', () => {
  expect(entryOf('--[no-]log-server')).toContain('tracker: A server? (default: false)');
});

test('modalities that share a flag share its line, each with its own help text', () => {
  expect(LINES.filter((line) => line.includes('--task'))).toHaveLength(1);
  expect(entryOf('--task a|b')).toContain(
    'tabular: What to learn. (default: a); vision: What to see. (default: b)',
  );
});

test('the help shows every flag that is not a question', () => {
  for (const { flag, short, help } of flagsOf(newCommand.flags)) {
    expect(entryOf(short ? `-${short}, --${flag}` : `--${flag}`), flag).toContain(help);
  }
});

test.each([50, 80, 120])('no line of the help is longer than a terminal of %i columns', (width) => {
  for (const command of commands) {
    const page = helpPage(`nimble-ml ${command.name}`, command, QUESTIONS, width);
    const long = page.filter((line) => line.length > width && /\s{2,}\S+\s/.test(line.trim()));
    expect(long).toEqual([]);
  }
});

test.each([50, 60, 80])(
  'usage and example are wrapped too at a terminal of %i columns',
  (width) => {
    for (const command of commands) {
      for (const typed of [`nimble-ml ${command.name}`, `yo nimble-ml:${command.name}`]) {
        const page = helpPage(typed, command, SHIPPED, width);
        expect(
          page.filter((line) => line.length > width && line.trim().split(' ').length > 2),
        ).toEqual([]);
      }
    }
  },
);

test.each([
  ['new', 'default: my-model'],
  ['update', 'default: as saved'],
  ['add', 'default: as saved'],
])('the help of %s says what an answer is that is not given: %s', (name, otherwise) => {
  const command = commands.find((one) => one.name === name);
  const lines = command ? flagLines(command, QUESTIONS, 120) : [];
  expect(lines.find((line) => line.trimStart().startsWith('--name'))).toContain(otherwise);
});

test('the help groups the flags, and each group has a title', () => {
  const titles = flagLines(phase, QUESTIONS, 80).filter((line) => /^\S.*:$/.test(line));
  expect(titles).toEqual(['Answers:', 'Your edits:', 'How it runs:', 'Help:']);
});

test.each(commands.filter(({ name }) => name !== 'status'))(
  'the example in the help of $name is a command line that it accepts',
  (command) => {
    const page = helpPage(`nimble-ml ${command.name}`, command, SHIPPED);
    const line = page.find((one) => one.startsWith('Example: ')) ?? '';
    const words = line.split(' ').slice(3);
    const { args } = parseCommandLine(words, command, SHIPPED.filter(command.asks));
    const { min, max } = argumentRange(command);
    expect(words.length, line).toBeGreaterThan(0);
    expect(args.length).toBeGreaterThanOrEqual(min);
    expect(args.length).toBeLessThanOrEqual(max);
    const ids = [...BLOCKS.map((one) => one.id), ...BLOCKS.map((one) => one.area)];
    const named = words.flatMap((word) => word.split(',')).filter((word) => /-|repro/.test(word));
    const blocks = named.filter((word) => !word.startsWith('--') && !word.includes('apache'));
    expect(blocks.filter((word) => !ids.includes(word))).toEqual([]);
  },
);
