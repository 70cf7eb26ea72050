import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment, installSmall, runBin } from '../support/bin.ts';
import { namesIn, readFiles, temporaryFolder } from '../support/folders.ts';

const SMALL = installSmall();
const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';

const hasTerminal =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;
if (!hasTerminal) console.log('prompts: skipped, there is no python3 with a pty module here');

/** The questions of the small templates in the order in which they are asked, with what Enter accepts. */
const QUESTIONS = [
  ['What is it called?', 'my-model'],
  ['What does it read?', 'tabular'],
  ['Which task?', 'classes'],
  ['Which phase?', '1'],
  ['What is it for?', 'A project'],
  ['Who?', 'Ada Lovelace'],
  ['Which address?', 'ada@example.com'],
  ['A server?', 'y/N'],
  ['Write it?', 'Y/n'],
] as const;

type Step = readonly [text: string, keys: string];

/** `nimble-ml new` at a terminal where a user types these keys when these texts appear. */
async function inTerminal(
  steps: readonly Step[],
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
) {
  const script = join(import.meta.dirname, '../support/terminal.py');
  const command = [process.execPath, binOf(SMALL), 'new', ...args, '--skip-install'];
  const result = await execa('python3', [script, JSON.stringify(steps), ...command], {
    cwd,
    env: { ...cleanEnvironment(), TERM: 'xterm', CI: undefined, ...env },
    extendEnv: false,
    reject: false,
  });
  return { code: result.exitCode, screen: stripVTControlCharacters(result.stdout) };
}

describe.runIf(hasTerminal)('prompts at a terminal', () => {
  test('the user is asked every question once, in order, and Enter accepts each default', async () => {
    const cwd = temporaryFolder();
    const steps = QUESTIONS.map(([question]) => [question, ENTER] as const);
    const { code, screen } = await inTerminal(steps, [], cwd);
    expect({ code, screen }).toMatchObject({ code: 0 });
    const asked = QUESTIONS.map(([question]) => screen.indexOf(question));
    expect(asked).toEqual([...asked].sort((a, b) => a - b));
    for (const [index, [, preset]] of QUESTIONS.entries()) {
      expect(screen.slice(asked[index], asked[index + 1])).toContain(preset);
    }
    expect(screen.match(/✔ What is it called\?/g)).toHaveLength(1);
    const twin = temporaryFolder();
    await runBin(SMALL, ['new', 'my-model', '--yes', '--skip-install'], { cwd: twin });
    expect(readFiles(join(cwd, 'my-model'))).toEqual(readFiles(join(twin, 'my-model')));
  });

  test('a question is explained while it is open, and each choice says what it costs', async () => {
    const steps: Step[] = [
      ['Names the repository.', ENTER],
      ['The kind of data.', DOWN],
      ['Cost: nothing.', CTRL_C],
    ];
    const { code, screen } = await inTerminal(steps, [], temporaryFolder());
    expect({ code, screen }).toMatchObject({ code: 130 });
    const answered = screen.slice(screen.indexOf('✔ What is it called?'));
    expect(answered).not.toContain('Names the repository.');
  });

  test('the user can answer by typing, with an arrow key and with a letter', async () => {
    const cwd = temporaryFolder();
    const steps: Step[] = [
      ['What does it read?', DOWN + ENTER],
      ['Which phase?', ENTER],
      ['What is it for?', `Counting <cows>${ENTER}`],
      ['Who?', ENTER],
      ['Which address?', ENTER],
      ['A server?', `y${ENTER}`],
      ['Write it?', ENTER],
    ];
    const { code } = await inTerminal(steps, ['churn', '--name=churn'], cwd);
    expect(code).toBe(0);
    const twin = temporaryFolder();
    const flags = ['--modality=vision', '--description=Counting <cows>', '--server'];
    await runBin(SMALL, ['new', 'churn', '--yes', '--skip-install', ...flags], { cwd: twin });
    expect(readFiles(join(cwd, 'churn'))).toEqual(readFiles(join(twin, 'churn')));
  });

  test('what is missing on this machine is said before the first question', async () => {
    const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const steps: Step[] = [['What is it called?', CTRL_C]];
    const { screen } = await inTerminal(steps, [], temporaryFolder(), env);
    const said = screen.indexOf('git knows no name and no address of yours.');
    expect(said).toBeGreaterThanOrEqual(0);
    expect(said).toBeLessThan(screen.indexOf('What is it called?'));
    expect(screen.replace(/\s+/g, ' ')).toContain('Give them below, or the files leave that out.');
  });

  test('the user sees what would be written, and with "n" nothing is', async () => {
    const cwd = temporaryFolder();
    const steps = QUESTIONS.map(
      ([question]) => [question, question === 'Write it?' ? `n${ENTER}` : ENTER] as const,
    );
    const { code, screen } = await inTerminal(steps, [], cwd);
    expect(code).toBe(2);
    expect(screen).toMatch(/tabular, phase 1: 9 files from 1 block into ".*my-model"/);
    expect(screen).toContain('Nothing was written: you said no.');
    expect(namesIn(cwd)).toEqual([]);
  });

  test('the reason why an answer is invalid is shown, and the question is asked again', async () => {
    const cwd = temporaryFolder();
    const steps: Step[] = [
      ['What is it called?', `!${ENTER}`],
      ['is not a name for a repository', CTRL_C],
    ];
    const { code, screen } = await inTerminal(steps, ['churn'], cwd);
    expect(code).toBe(130);
    expect(screen).toContain('is not a name for a repository');
  });

  test('what a flag answers is not asked, and with --yes nothing is asked', async () => {
    const cwd = temporaryFolder();
    const { code, screen } = await inTerminal([], ['churn', '--yes'], cwd);
    expect(code).toBe(0);
    for (const [question] of QUESTIONS) expect(screen).not.toContain(question);
  });

  test('with --json nothing is asked', async () => {
    const { code, screen } = await inTerminal([], ['churn', '--json'], temporaryFolder());
    expect(code).toBe(2);
    expect(screen).toContain('is not answered');
  });

  test.each([0, 4])('Ctrl-C at question %i leaves nothing behind', async (index) => {
    const cwd = temporaryFolder();
    const steps = QUESTIONS.slice(0, index + 1).map(
      ([text], at) => [text, at === index ? CTRL_C : ENTER] as const,
    );
    const { code, screen } = await inTerminal(steps, [], cwd);
    expect(code).toBe(130);
    expect(screen).toContain('Interrupted; nothing was written.');
    expect(screen).not.toMatch(/\n\s+at /);
    expect(namesIn(cwd)).toEqual([]);
    expect(existsSync(join(cwd, 'my-model'))).toBe(false);
  });
});
