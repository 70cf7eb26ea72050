import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flagLines } from '../../generators/cli/help.ts';
import newCommand from '../../generators/commands/new.ts';
import { discoverBlocks } from '../../generators/engine/catalog.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const SMALL = installSmall();
const bin = (args: readonly string[], options?: RunOptions) => runBin(SMALL, args, options);

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['new', '--help']], [['new', 'churn', '-h']]])(
    'the arguments %j print the help of every question',
    async (args) => {
      const { code, stdout, stderr } = await bin(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const questions = questionsOf(await discoverBlocks(join(SMALL, 'templates')));
      for (const line of flagLines(newCommand, questions)) expect(stdout).toContain(line);
      expect(stdout).toContain('Usage: nimble-ml new [FOLDER] [FLAGS]');
    },
  );

  test.each([[['--version']], [['new', '--version']]])('%j prints the version', async (args) => {
    const { code, stdout } = await bin(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a refused command line exits with 2, prints one line on standard error and writes nothing', () => {
  test.each<[readonly string[], string]>([
    [['nwe'], '"nwe" is not a command. Did you mean "new"? Allowed: "add", "blocks", "new", '],
    [['new', 'churn', '--yes', '--nmae=x'], 'Did you mean "--name"? Allowed: "--name", '],
    [
      ['new', 'churn', '--yes', '--modality=audio'],
      'is not a choice. Allowed: "tabular", "vision".',
    ],
    [['new', 'churn', '--yes', '--phase=9'], 'is not a choice. Allowed: "1", "2".'],
    [['new', 'churn', '--yes', '--with=gaet'], 'Did you mean "gate"? Allowed: '],
    [['new', 'churn', '--yes', '--without=nothing'], 'there is no block "nothing". Allowed: '],
    [['new', 'churn', '--yes', '--phase=2', '--without=tracker'], '"gate" requires "tracking"'],
    [['new', 'churn', 'model', '--yes'], '"model" is one argument too many.'],
    [['new', 'churn', '--yes', '--name=Not A Name'], 'Use "not-a-name".'],
    [['new', 'churn', '--yes', '--blocks=nowhere'], '"nowhere" holds no block.'],
    [['new', 'churn', '--yes', '--blocks'], '"--blocks" needs a value.'],
    [['new', 'churn', '--yes', '--answers=none.yaml'], 'there is no file "none.yaml".'],
    [['new', 'churn'], '--name is not answered and there is no terminal to ask in.'],
    [['new'], 'there is no terminal to ask in'],
    [['new', '', '--yes'], '"" is not a folder to write: it has no name.'],
    [
      ['new', 'a\nb', '--yes'],
      '"a\\u{A}b" is not a folder to write: it holds the character U+000A.',
    ],
  ])('the arguments %j are refused', async (args, message) => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await bin([...args, '--skip-install'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(namesIn(cwd)).toEqual([]);
  });

  test('a folder that is not empty is refused', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'churn/mine.txt': 'mine' });
    const { code, stderr } = await bin(['new', 'churn', '--yes'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('is not empty: it holds "mine.txt".');
    expect([...readFiles(cwd).keys()]).toEqual(['churn/mine.txt']);
  });

  test('without a terminal no question is asked, and piped input is not an answer', async () => {
    const { code, stderr } = await bin(['new', 'churn'], { input: '\n\n\n\n\n\n\n' });
    expect(code).toBe(2);
    expect(stderr).toContain('there is no terminal to ask in');
  });

  test('a mistake in a block.yaml is reported with file and line', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'ours'));
    writeFiles(cwd, { 'ours/blocks/ledger/block.yaml': 'id: ledger\nfase: 1\n' });
    const { code, stderr } = await bin(['new', 'churn', '--yes', '--blocks=ours'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ours\/blocks\/ledger\/block\.yaml:2: "fase" is not a key of block\./);
  });
});

test.runIf(process.platform !== 'win32')(
  'a reader that closes the pipe is no error: the exit code stays 0, and nothing is printed',
  () => {
    const cli = join(SMALL, 'dist/generators/cli.js');
    const line = `"${process.execPath}" "${cli}" blocks --json | true; echo "exit \${PIPESTATUS[0]}"`;
    const ended = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect(ended).toMatchObject({ stdout: 'exit 0\n', stderr: '' });
  },
);

test.runIf(process.platform === 'linux')(
  'output that cannot be written is said in one line, and stops nothing half-way',
  () => {
    const cwd = temporaryFolder();
    const run = (line: string) => {
      const cli = `"${process.execPath}" "${join(SMALL, 'dist/generators/cli.js')}"`;
      return spawnSync('bash', ['-c', `${cli} ${line}`], { cwd, encoding: 'utf8' });
    };
    for (const line of ['blocks', 'blocks --json', '--help', '--version', 'new x --dry-run --yes'])
      expect(run(`${line} > /dev/full`), line).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^Standard output cannot be written: ENOSPC.*\n$/),
      });
    const made = run('new churn --yes --skip-install > /dev/full');
    expect(made).toMatchObject({ status: 0 });
    expect(made.stderr).toContain('The command itself has done its work.');
    expect(run('new other --yes --skip-install > /dev/full 2>&1').status).toBe(0);
    expect(namesIn(cwd)).toEqual(['churn', 'other']);
  },
);

test('an internal error exits with 3 and a stack trace', async () => {
  const broken = installSmall({ 'skeleton/files/x.txt.ejs': '' });
  const cwd = temporaryFolder();
  const env = { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/faulty.mjs')}` };
  const { code, stderr } = await runBin(broken, ['new', 'churn', '--yes'], { cwd, env });
  expect(code).toBe(3);
  expect(stderr).toMatch(/Error: an error on purpose\n\s+at /);
  expect(namesIn(cwd)).toEqual([]);
});
