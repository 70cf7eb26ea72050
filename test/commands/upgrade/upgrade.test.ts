import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import yeomanTest from 'yeoman-test';
import changeSchema from '../../../docs/schemas/change.schema.json' with { type: 'json' };
import statusSchema from '../../../docs/schemas/status.schema.json' with { type: 'json' };
import { installSmall, runBin } from '../../support/bin.ts';
import { blockYaml } from '../../support/blocks.ts';
import { readFiles, temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';

const SMALL = installSmall({
  'blocks/gate/block.yaml': blockYaml('gate', {
    phase: 2,
    requires: ['tracking'],
    changes: { '0.0.2': 'The gate closes by itself.', '99.0.0': 'It flies.' },
  }),
});
const isPosix = process.platform !== 'win32';
const ajv = new Ajv({ strict: false });
const valid = { change: ajv.compile(changeSchema), status: ajv.compile(statusSchema) };

/** A repository of phase 1 with one edit. */
async function start(): Promise<string> {
  const cwd = temporaryFolder();
  await runBin(SMALL, ['new', 'churn', '--yes', '--skip-install'], { cwd });
  const folder = join(cwd, 'churn');
  writeFiles(folder, { 'task.txt': 'classes\nmine\n', 'mine.txt': 'mine\n' });
  commit(folder);
  return folder;
}

function commit(folder: string): void {
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=Ada', '-c', 'user.email=a@b.c', 'commit', '-qm', 'mine');
}

const run = (folder: string, ...args: string[]) =>
  runBin(
    SMALL,
    [...args, '--skip-install'].filter((one) => args[0] !== 'status' || one !== '--skip-install'),
    {
      cwd: folder,
    },
  );

describe('the document of --json fits its schema', () => {
  test('the document of a phase fits its schema when it is planned, done, and when there is nothing to do', async () => {
    const folder = await start();
    for (const more of [['--dry-run'], [], []]) {
      const { stdout, stderr } = await run(folder, 'phase', '2', '--json', ...more);
      expect(
        valid.change(JSON.parse(stdout || '0')),
        stderr + JSON.stringify(valid.change.errors),
      ).toBe(true);
    }
  });

  test('the document of a conflict fits its schema, and the command exits with 1', async () => {
    const folder = await start();
    writeFiles(folder, { 'gate.txt': 'open\n' });
    commit(folder);
    const { code, stdout } = await run(folder, 'phase', '2', '--json');
    expect(code).toBe(1);
    expect(valid.change(JSON.parse(stdout)), JSON.stringify(valid.change.errors)).toBe(true);
    expect(JSON.parse(stdout).conflicts).toEqual([
      { path: 'gate.txt', reason: 'you and the templates added it' },
    ]);
  });

  test('the document of status fits its schema', async () => {
    const folder = await start();
    const { stdout } = await run(folder, 'status', '--json');
    expect(valid.status(JSON.parse(stdout)), JSON.stringify(valid.status.errors)).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      edited: ['task.txt'],
      nextPhase: { phase: 2, added: 1 },
    });
  });
});

describe('the printed result of a change', () => {
  test('a change is printed as counts, then paths by kind, then the next command', async () => {
    const folder = await start();
    rmSync(join(folder, 'about.toml'));
    commit(folder);
    const { stdout } = await run(folder, 'phase', '--dry-run');
    const lines = stdout.split('\n').filter(Boolean);
    expect(lines[0]).toBe('Would go from phase 1 to phase 2: 1 added, 2 changed, 1 kept');
    expect(lines.at(-1)).toBe('To do it: nimble-ml phase');
    expect(stdout).toContain('about.toml  you deleted it');
  });

  test('a conflict is printed with the command that finishes the merge and the one that undoes it', async () => {
    const folder = await start();
    writeFiles(folder, { 'gate.txt': 'open\n' });
    commit(folder);
    const { stdout } = await run(folder, 'phase', '2');
    expect(stdout).toContain('  git add -A -- gate.txt && git commit --no-edit\n');
    expect(stdout).toContain('  git merge --abort\n');
  });

  test('an update prints what is new for the blocks of this repository, and nothing of later versions', async () => {
    const folder = await start();
    await run(folder, 'phase', '2');
    const state = String(readFiles(folder).get('.yo-rc.json'));
    writeFiles(folder, { '.yo-rc.json': state.replace(/"version": ".*"/, '"version": "0.0.1"') });
    commit(folder);
    const { stdout } = await run(folder, 'update');
    expect(stdout).toContain('0.0.2  gate: The gate closes by itself.');
    expect(stdout).not.toContain('It flies.');
  });
});

describe.runIf(isPosix)('the Yeoman generator', () => {
  test('the Yeoman generator of phase writes what the command line writes', async () => {
    const [command, words] = ['phase', ['2']] as const;
    const [one, other] = [await start(), await start()];
    const { code } = await run(one, command, ...words);
    expect(code).toBe(0);
    const before = process.cwd();
    process.chdir(other);
    try {
      await yeomanTest
        .create(join(SMALL, `dist/generators/${command}/index.js`), { cwd: other })
        .withArguments([...words])
        .withOptions({ yes: true, 'skip-install': true, force: undefined } as object)
        .run();
    } finally {
      process.chdir(before);
      process.exitCode = 0;
    }
    expect(readFiles(other)).toEqual(readFiles(one));
    expect(git(other, 'log', '-1', '--format=%B')).toBe(git(one, 'log', '-1', '--format=%B'));
  });
});
