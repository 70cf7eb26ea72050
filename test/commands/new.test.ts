import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { blockYaml } from '../support/blocks.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git, treeOf } from '../support/git.ts';

const SMALL = installSmall();

/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], options?: RunOptions) =>
  runBin(SMALL, ['new', directory, '--yes', '--skip-install', ...args], options);

const FILES = [
  '.gitignore',
  '.nimble-ml.lock.json',
  '.yo-rc.json',
  'about.toml',
  'pixel.bin',
  'run',
  'src/churn/__init__.py',
  'task.txt',
  'tracker.txt',
];

const aboutOf = (folder: string) => parseToml(readFileSync(join(folder, 'about.toml'), 'utf8'));

describe('a new repository', () => {
  test('a new repository is the rendered tree, committed in the name of the user', async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await create('churn', [], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const folder = join(cwd, 'churn');
    const files = readFiles(folder);
    expect([...files.keys()]).toEqual(FILES);
    const committed = [...treeOf(folder)].map(([path, { bytes }]) => [path, bytes]);
    expect(new Map(committed as [string, Buffer][])).toEqual(files);
    expect(treeOf(folder).get('run')?.mode).toBe('100755');
    expect(git(folder, 'log', '--format=%an <%ae> %s')).toBe(
      'Ada Lovelace <ada@example.com> Start churn: tabular, phase 1',
    );
    expect(git(folder, 'status', '--porcelain')).toBe('');
    expect(stdout).toContain('tabular, phase 1: 9 files from 1 block:');
    expect(stdout).toContain('cd churn && uv run poe train');
  });

  test('a new repository takes its name from the folder, and author and email from git', async () => {
    const cwd = temporaryFolder();
    await create('Churn Model', [], { cwd });
    expect(aboutOf(join(cwd, 'Churn Model'))).toMatchObject({
      name: 'churn-model',
      author: 'Ada Lovelace',
      email: 'ada@example.com',
    });
  });

  test('a new repository takes its folder from the name when no folder is given', async () => {
    const cwd = temporaryFolder();
    await runBin(SMALL, ['new', '--name=churn', '--yes', '--skip-install'], { cwd });
    expect(namesIn(cwd)).toEqual(['churn']);
  });

  test('a new repository is written into the current folder when neither folder nor name is given', async () => {
    const cwd = join(temporaryFolder(), 'churn');
    mkdirSync(cwd);
    const { code } = await runBin(SMALL, ['new', '--yes', '--skip-install', '--skip-git'], { cwd });
    expect(code).toBe(0);
    expect([...readFiles(cwd).keys()]).toEqual(FILES);
  });

  test('a new repository saves every answer, and its baseline tree in the message of the commit', async () => {
    const cwd = temporaryFolder();
    await create('churn', ['--task=numbers', '--server', '--description=It "counts"'], { cwd });
    const folder = join(cwd, 'churn');
    const state = JSON.parse(readFileSync(join(folder, '.yo-rc.json'), 'utf8'));
    expect(state['generator-nimble-ml']).toMatchObject({
      phase: 1,
      blocks: ['tracker'],
      answers: { name: 'churn', task: 'numbers', server: true, description: 'It "counts"' },
    });
    expect(git(folder, 'log', '--format=%B')).toContain(
      `tree=${git(folder, 'rev-parse', 'HEAD^{tree}')}`,
    );
  });

  test('two new repositories with the same answers are the same, byte for byte', async () => {
    const cwd = temporaryFolder();
    await create('one/churn', [], { cwd });
    await create('two/churn', [], { cwd });
    expect(readFiles(join(cwd, 'one/churn'))).toEqual(readFiles(join(cwd, 'two/churn')));
  });

  test('a new repository at a higher phase has more files', async () => {
    const cwd = temporaryFolder();
    await create('churn', ['--phase=2', '--with=extra'], { cwd });
    const paths = [...readFiles(join(cwd, 'churn')).keys()];
    expect(paths).toEqual([...FILES, 'extra.txt', 'gate.txt'].sort());
  });

  test('a new repository can have the blocks of another folder', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, {
      'ours/blocks/ledger/block.yaml': blockYaml('ledger', {
        options: { page: { ask: 'Which page?', default: 'first' } },
        entries: { needs: { ledger: '>=7' } },
      }),
      'ours/blocks/ledger/files/ledger.txt.ejs': 'page <%= plain.page %>\n',
    });
    await create('churn', ['--blocks', 'ours', '--page=last'], { cwd });
    expect(readFileSync(join(cwd, 'churn/ledger.txt'), 'utf8')).toBe('page last\n');
    expect(aboutOf(join(cwd, 'churn')).needs).toEqual(['ledger>=7', 'tracker>=1']);
  });
});
