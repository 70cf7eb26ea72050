import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import yeomanTest from 'yeoman-test';
import { collectFlags } from '../../generators/cli/arguments.ts';
import { flagsFromYeoman, refuseSplit } from '../../generators/cli/yeoman-options.ts';
import newCommand from '../../generators/commands/new.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import { installSmall, runBin } from '../support/bin.ts';
import { block, catalogOf } from '../support/blocks.ts';
import { makeFolder, namesIn, readFiles, temporaryFolder } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { refusalOf } from '../support/refusals.ts';
import { homeOfYo, NIGHTLY, runYo, runYoInTerminal, whyNoYo } from '../support/yo.ts';

const SMALL = installSmall();
chmodSync(SMALL, 0o755);

describe('flags as yo passes them on', () => {
  const QUESTIONS = questionsOf(
    catalogOf(block('tracker', { options: { log_server: { ask: 'A server?', default: false } } })),
  );
  const flags = (options: Record<string, unknown>) =>
    collectFlags(flagsFromYeoman(options), newCommand, QUESTIONS);

  test('flags from yo become those of the command line: repeated spellings are dropped, "false" is "no", lists repeat', () => {
    expect(
      flags({
        name: 'churn',
        'log-server': false,
        logServer: false,
        'dry-run': true,
        dryRun: true,
        y: true,
        blocks: ['a', 'b'],
      }),
    ).toEqual({
      name: 'churn',
      'log-server': false,
      'dry-run': true,
      yes: true,
      blocks: ['a', 'b'],
    });
  });

  test('options that Yeoman adds are left out', () => {
    const own = { namespace: 'nimble-ml:app', resolved: '/x', env: {}, help: false };
    const switches = { 'skip-cache': false, 'skip-install': false, 'force-install': false };
    expect(flags({ ...own, ...switches, 'ask-answered': false })).toEqual({});
  });

  test('flags from yo are refused like those of the command line', () => {
    expect(refusalOf(() => flags({ nmae: 'x' }))).toContain('"--nmae" is not a flag.');
    expect(refusalOf(() => flags({ yes: 'churn' }))).toContain(
      '"--yes" takes no value, and "churn" was given. Leave it out, or put it before the flags.',
    );
    expect(refusalOf(() => flags({ answers: true }))).toContain('"--answers" needs a value.');
  });

  test('a word that ends in a comma is refused, since yo would split the command there', () => {
    expect(refusalOf(() => refuseSplit(['nimble-ml', '--author=Ada,']))).toContain(
      '"--author=Ada," ends in a comma',
    );
    expect(() => refuseSplit(['nimble-ml', '--author=Ada, Countess'])).not.toThrow();
  });
});

describe('the generator in a Yeoman environment', () => {
  const generator = () => join(SMALL, 'dist/generators/app/index.js');
  const OPTIONS = { yes: true, 'skip-install': true, 'skip-git': true, force: undefined };
  const run = (folder: string, options: Record<string, unknown>) =>
    yeomanTest
      .create(generator())
      .cd(makeFolder()) // its own temporary folder would stay
      .withArguments([folder])
      .withOptions({ ...OPTIONS, ...options } as object);

  test('the generator writes the same bytes as the command line, and not through mem-fs', async () => {
    const cwd = temporaryFolder();
    const args = ['--yes', '--skip-install', '--skip-git', '--author=Ada'];
    await runBin(SMALL, ['new', 'churn', ...args, '--email=a@b.c'], { cwd });
    const folder = join(temporaryFolder(), 'churn');
    const result = await run(folder, { author: 'Ada', email: 'a@b.c' }).run();
    expect(readFiles(folder)).toEqual(readFiles(join(cwd, 'churn')));
    expect(result.getSnapshot()).toEqual({});
  });

  test('the generator asks its questions through the prompts of Yeoman', async () => {
    const folder = join(temporaryFolder(), 'churn');
    const tty = [process.stdin.isTTY, process.stdout.isTTY] as const;
    Object.assign(process.stdin, { isTTY: true });
    Object.assign(process.stdout, { isTTY: true });
    try {
      await run(folder, { yes: undefined })
        .withAnswers({ modality: 'vision', description: 'Seen' })
        .run();
    } finally {
      Object.assign(process.stdin, { isTTY: tty[0] });
      Object.assign(process.stdout, { isTTY: tty[1] });
    }
    const about = String(readFiles(folder).get('about.toml'));
    expect(about).toContain('modality = "vision"');
    expect(about).toContain('description = "Seen"');
  });

  test('the generator fails with the message and the exit code of the command line', async () => {
    const folder = join(temporaryFolder(), 'churn');
    await expect(run(folder, { modality: 'audio' }).run()).rejects.toMatchObject({
      message: '--modality: "audio" is not a choice. Allowed: "tabular", "vision".',
      code: 2,
    });
  });

  test('the generator refuses a command that yo has split', async () => {
    process.argv.push('two,');
    try {
      const folder = join(temporaryFolder(), 'churn');
      await expect(run(folder, {}).run()).rejects.toMatchObject({ code: 2 });
    } finally {
      process.argv.pop();
    }
  });
});

const reason = whyNoYo();
const noTerminal = spawnSync('python3', ['-c', 'import pty']).status !== 0;
if (noTerminal) console.log('yo at a terminal: skipped, there is no python3 with a pty module');
if (reason) console.log(`yo: skipped, ${reason}`);

describe.skipIf(reason)('yo itself', () => {
  /** A home where yo and the command line find the same files. */
  const ordinaryHome = () =>
    homeOfYo(SMALL, {
      'answers.yaml': 'author: "Ada, the Countess"\ndescription: 007 true 1e3\n',
      'full/mine.txt': 'mine',
    });

  const runBoth = async (args: readonly string[]) => {
    const [one, other] = [ordinaryHome(), ordinaryHome()];
    const yo = await runYo(one, ['nimble-ml', ...args]);
    const bin = await runBin(SMALL, ['new', ...args], { cwd: other, env: { HOME: other } });
    return { yo, bin, one, other };
  };

  test.each([
    [['churn', '--yes', '--skip-install', '--answers=answers.yaml', '--phase=2']],
    [
      [
        'churn',
        '--yes',
        '--skip-install',
        '--description=007',
        '--author=a, b',
        '--email=',
        '--server',
      ],
    ],
  ])('yo writes and prints what the command line does: %j', async (args) => {
    const { yo, bin, one, other } = await runBoth(args);
    expect(yo.code, yo.stderr).toBe(0);
    expect(readFiles(join(one, 'churn'))).toEqual(readFiles(join(other, 'churn')));
    const subject = (home: string) => git(join(home, 'churn'), 'log', '--format=%an %B');
    expect(subject(one)).toBe(subject(other));
    const withoutIds = (text: string) => text.replace(/commit [0-9a-f]{10}/g, 'commit');
    expect(withoutIds(yo.stdout)).toBe(withoutIds(bin.stdout));
  });

  test.runIf(NIGHTLY)('yo prints the JSON document of the command line', async () => {
    const { yo, bin, one, other } = await runBoth(['churn', '--yes', '--dry-run', '--json']);
    expect(JSON.parse(yo.stdout)).toEqual({
      ...JSON.parse(bin.stdout),
      directory: JSON.parse(bin.stdout).directory.replace(other, one),
    });
  });

  test.each([
    [['full', '--yes'], 'is not empty: it holds "mine.txt"'],
    [['churn', '--modality=vision'], '--name is not answered and there is no terminal'],
  ])(
    'yo refuses what the command line refuses, with its message and exit code: %j',
    async (args, message) => {
      const { yo, bin, one, other } = await runBoth(args);
      expect(yo.code).toBe(2);
      expect(bin.code).toBe(2);
      expect(bin.stderr).toContain(message);
      expect(yo.stderr).toContain(bin.stderr.replaceAll(other, one));
      expect(yo.stderr).not.toMatch(/\n\s+at /);
      expect(namesIn(one)).not.toContain('churn');
    },
  );

  test.skipIf(noTerminal)(
    'Ctrl-C at a question of yo ends like the command line, and writes nothing',
    async () => {
      const home = ordinaryHome();
      const steps = [['What is it called?', '\u0003']] as const;
      const { code, screen } = await runYoInTerminal(home, steps, ['nimble-ml', '--skip-install']);
      expect(code, screen).toBe(130);
      expect(screen).toContain('Interrupted; nothing was written.');
      expect(screen).not.toContain('force closed');
      expect(screen).not.toContain('Error nimble-ml');
      expect(namesIn(home)).not.toContain('my-model');
    },
  );

  test('yo shows the questions in its help', async () => {
    const { yo } = await runBoth(['--help']);
    expect(yo.code).toBe(0);
    expect(yo.stdout).toContain('Usage: yo nimble-ml [FOLDER] [FLAGS]');
    expect(yo.stdout).toContain('--modality tabular|vision');
  });
});
