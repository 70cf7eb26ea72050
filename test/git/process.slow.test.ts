import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { attempt, git, startGit } from '../../generators/git/process.ts';
import { queryGit } from '../../generators/git/query.ts';
import { temporaryFolder } from '../support/folders.ts';
import { homeWith } from '../support/git.ts';

afterEach(() => vi.unstubAllEnvs());

/** The output of a shell command that git runs for us. */
const shell = (command: string) => ['-c', `alias.run=!${command}`, 'run'];
/** The same as an alias of the user's: simple-git takes none from us. */
const ask = (command: string, env = {}) => {
  homeWith(`[alias]\n\trun = ${JSON.stringify(`!${command}`)}\n`);
  return queryGit(temporaryFolder(), (asked) => asked.raw('run'), { env });
};

describe('git started for its bytes', () => {
  test('speaks one language, whatever that of the user', async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    expect(String(await git(temporaryFolder(), shell('echo "$LC_ALL"')))).toBe('C\n');
  });

  test('gives back every byte and the final newline', async () => {
    const output = await git(temporaryFolder(), shell('printf "\\\\377\\\\000a\\\\n"'));
    expect([...output]).toEqual([0xff, 0, 97, 10]);
  });

  test('reads and writes several megabytes', async () => {
    const input = Buffer.alloc(5_000_000, 'x');
    const output = await git(temporaryFolder(), ['hash-object', '--stdin'], { input });
    expect(String(output)).toMatch(/^[0-9a-f]{40}\n$/);
    const copy = await git(temporaryFolder(), shell('cat'), { input });
    expect(copy.equals(input)).toBe(true);
  });

  test('may end before it has read its input: its exit code is what counts', async () => {
    const input = Buffer.alloc(5_000_000, 'x');
    const { code } = await attempt(temporaryFolder(), shell('exit 3'), { input });
    expect(code).toBe(3);
  });

  test('has an empty standard input when nothing is given to it', async () => {
    expect(String(await git(temporaryFolder(), shell('wc -c'))).trim()).toBe('0');
  });

  test('may end with any code, and says why', async () => {
    const { code, stderr } = await attempt(temporaryFolder(), ['rev-parse', 'HEAD']);
    expect([code, stderr]).toEqual([128, expect.stringContaining('not a git repository')]);
  });

  test('has the code 128 when a signal ended it', async () => {
    const { code } = await attempt(temporaryFolder(), shell('kill -KILL $PPID; sleep 1'));
    expect(code).toBe(128);
  });

  test('has no code when it is not installed', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    expect((await attempt(temporaryFolder(), ['--version'])).code).toBeUndefined();
  });

  test('is written to and read from while it runs', async () => {
    const { stdin, stdout, ended } = await startGit(temporaryFolder(), shell('cat'));
    const [chunk] = await Promise.all([
      new Promise((resolve) => stdout.once('data', resolve)),
      new Promise((resolve) => stdin.write('asked\n', resolve)),
    ]);
    expect(String(chunk)).toBe('asked\n');
    stdin.end();
    await ended;
  });

  test('ends like any other when it was never there to be written to', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    const { stdin, ended } = await startGit(temporaryFolder(), ['cat-file', '--batch']);
    stdin.on('error', () => {});
    stdin.write('HEAD\n');
    expect(await ended).toMatchObject({ code: 'ENOENT' });
  });
});

describe('git asked for a text', () => {
  test('answers in one language, whatever that of the user', async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    expect((await ask('echo "$LC_ALL"')).answer).toBe('C\n');
  });

  test('answers with all of its output, the part after its end too', async () => {
    const late = 'echo early; (sleep 0.4; echo late) &';
    expect((await ask(late)).answer).toBe('early\nlate\n');
  });

  test('gives no answer when its exit code is not 0, whether it says why or not', async () => {
    expect(await ask('echo partial; exit 3')).toMatchObject({
      answer: undefined,
      code: 3,
      stdout: 'partial\n',
    });
    expect(await ask('echo why >&2; exit 4')).toMatchObject({ code: 4, stderr: 'why\n' });
  });

  test('gives no answer when a signal ended it: half an output is not one', async () => {
    const { answer, code } = await ask('echo half; kill -KILL $PPID; sleep 1');
    expect([answer, code]).toEqual([undefined, 128]);
  });

  test('gives no answer when it is not installed', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    const { answer, code } = await queryGit(temporaryFolder(), (asked) => asked.raw('--version'));
    expect([answer, code]).toEqual([undefined, undefined]);
  });

  test('is not pointed elsewhere by the environment', async () => {
    homeWith('[alias]\n\trun = "!echo \\"<$GIT_NAMESPACE>\\""\n');
    vi.stubEnv('GIT_NAMESPACE', 'other');
    const { answer } = await queryGit(temporaryFolder(), (asked) => asked.raw('run'));
    expect(answer).toBe('<>\n');
  });

  test('gets the variables that are meant for it', async () => {
    const { answer } = await ask('env', { GIT_INDEX_FILE: '/tmp/other' });
    expect(answer).toContain('GIT_INDEX_FILE=/tmp/other\n');
  });
});

test('the signal that ended git has two seconds to arrive here as well', async () => {
  let ended = false;
  const running = ask('kill -KILL $PPID; sleep 0').then(() => {
    ended = true;
  });
  await wait(1000);
  expect(ended).toBe(false);
  await running;
});
