import { describe, expect, test } from 'vitest';
import { findBlocksFolders, parseCommandLine } from '../../generators/cli/arguments.ts';
import { makeRequest } from '../../generators/cli/request.ts';
import newCommand from '../../generators/commands/new.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { block, catalogOf, modality } from '../support/blocks.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { laterRefusalOf, refusalOf } from '../support/refusals.ts';

const QUESTIONS = questionsOf(
  catalogOf(
    modality('tabular', {
      options: { task: { ask: 'Which?', default: 'a', choices: ['a', 'b'] } },
    }),
    block('tracker', { options: { log_server: { ask: 'A server?', default: false } } }),
  ),
);

const parse = (...argv: string[]) => parseCommandLine(argv, newCommand, QUESTIONS);
const request = (...argv: string[]) => {
  const { args, flags } = parse(...argv);
  return makeRequest(newCommand, args, flags, QUESTIONS);
};

describe('a command line', () => {
  test('a command line takes flags and arguments in any order, with "=" or a blank before a value', () => {
    expect(parse('--name', 'churn', 'here', '--task=b', '-y')).toEqual({
      args: ['here'],
      flags: { name: 'churn', task: 'b', yes: true },
    });
  });

  test('a yes-no question has a flag for yes and one for no', () => {
    expect(parse('--log-server').flags).toEqual({ 'log-server': true });
    expect(parse('--no-log-server').flags).toEqual({ 'log-server': false });
  });

  test('a flag takes its value literally: empty, with "=", with commas, with a dash after "="', () => {
    expect(parse('--name=', '--author=a=b,c', '--description=-x').flags).toEqual({
      name: '',
      author: 'a=b,c',
      description: '-x',
    });
  });

  test('what follows "--" is an argument, even with a dash', () => {
    expect(parse('--yes', '--', '-odd').args).toEqual(['-odd']);
  });

  test('--blocks may be given more than once', () => {
    expect(parse('--blocks', 'a', '--blocks=b').flags).toEqual({ blocks: ['a', 'b'] });
  });

  test.each([
    [
      ['--nmae', 'x'],
      '"--nmae" is not a flag. Did you mean "--name"? Allowed: "--name", "--modality"',
    ],
    [['-x'], '"-x" is not a flag. Allowed: '],
    [['--no-name'], '"--no-name" is not a flag.'],
    [['--constructor'], '"--constructor" is not a flag.'],
    [['--__proto__=x'], '"--__proto__" is not a flag.'],
    [['--yes=true'], '"--yes" takes no value, and "true" was given.'],
    [['--log-server=false'], '"--log-server" takes no value, and "false" was given.'],
    [['--name'], '"--name" needs a value. Give it as --name=VALUE.'],
    [['--name', '--yes'], '"--name" needs a value.'],
    [['--name', 'a', '--name', 'b'], '"--name" is given twice. Give it once.'],
    [['--log-server', '--no-log-server'], '"--log-server" is given twice.'],
  ])('the flags %j are refused', (argv, message) => {
    expect(refusalOf(() => parse(...argv))).toContain(message);
  });
});

describe('a request', () => {
  test('two folders for a new repository are refused', async () => {
    expect(await laterRefusalOf(request('a', 'b'))).toBe(
      '"b" is one argument too many. Usage: nimble-ml new [FOLDER]',
    );
  });

  test('a flag overrides the answers file', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'a.json': '{ "name": "from-file", "task": "b", "with": "x" }' });
    const made = await request('--answers', `${folder}/a.json`, '--name', 'from-flag', '--with=y');
    expect(made.given).toEqual({ name: 'from-flag', task: 'b', with: 'y' });
  });

  test('the answer of a flag is stored under the key of its question', async () => {
    expect((await request('--no-log-server')).given).toEqual({ log_server: false });
  });

  test('a switch is off unless it is given', async () => {
    expect(await request()).toEqual({
      args: [],
      restore: [],
      adopt: false,
      backup: false,
      answers: undefined,
      given: {},
      blocks: [],
      yes: false,
      dryRun: false,
      json: false,
      skipInstall: false,
      skipGit: false,
    });
    expect(
      await request('-y', '--dry-run', '--json', '--skip-install', '--skip-git'),
    ).toMatchObject({
      yes: true,
      dryRun: true,
      json: true,
      skipInstall: true,
      skipGit: true,
    });
  });
});

test('the value of --blocks is found before the other flags are understood', () => {
  expect(findBlocksFolders(['new', '--blocks', 'a', '--blocks=b', '--name', 'c'])).toEqual([
    'a',
    'b',
  ]);
  expect(findBlocksFolders(['new', '--blocks'])).toEqual([]);
});
