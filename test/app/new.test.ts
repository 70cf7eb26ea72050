import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import schema from '../../docs/schemas/outcome.schema.json' with { type: 'json' };
import { installSmall, runBin, type Surroundings } from '../support/bin.ts';
import { blockYaml } from '../support/blocks.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git, treeOf } from '../support/git.ts';

const SMALL = installSmall();
const isPosix = process.platform !== 'win32';
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

const bin = (args: readonly string[], surroundings?: Surroundings) =>
  runBin(SMALL, args, surroundings);

/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], surroundings?: Surroundings) =>
  bin(['new', directory, '--yes', '--skip-install', ...args], surroundings);

const aboutOf = (folder: string) => parseToml(readFileSync(join(folder, 'about.toml'), 'utf8'));

describe('a new repository', () => {
  test('is the rendered tree, committed in the name of the user', async () => {
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

  test('takes its name from the folder, and author and address from git', async () => {
    const cwd = temporaryFolder();
    await create('Churn Model', [], { cwd });
    expect(aboutOf(join(cwd, 'Churn Model'))).toMatchObject({
      name: 'churn-model',
      author: 'Ada Lovelace',
      email: 'ada@example.com',
    });
  });

  test('takes its folder from the name when no folder is given', async () => {
    const cwd = temporaryFolder();
    await bin(['new', '--name=churn', '--yes', '--skip-install'], { cwd });
    expect(namesIn(cwd)).toEqual(['churn']);
  });

  test('is written into the folder one is in when neither is given', async () => {
    const cwd = join(temporaryFolder(), 'churn');
    mkdirSync(cwd);
    const { code } = await bin(['new', '--yes', '--skip-install', '--skip-git'], { cwd });
    expect(code).toBe(0);
    expect([...readFiles(cwd).keys()]).toEqual(FILES);
  });

  test('remembers every answer, and its pristine tree in the message of the commit', async () => {
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

  test('is the same, byte for byte, every time', async () => {
    const cwd = temporaryFolder();
    await create('one/churn', [], { cwd });
    await create('two/churn', [], { cwd });
    expect(readFiles(join(cwd, 'one/churn'))).toEqual(readFiles(join(cwd, 'two/churn')));
  });

  test('grows with the phase', async () => {
    const cwd = temporaryFolder();
    await create('churn', ['--phase=2', '--with=extra'], { cwd });
    const paths = [...readFiles(join(cwd, 'churn')).keys()];
    expect(paths).toEqual([...FILES, 'extra.txt', 'gate.txt'].sort());
  });

  test('holds the blocks of an outside folder', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, {
      'ours/blocks/ledger/block.yaml': blockYaml('ledger', {
        options: { page: { ask: 'Which page?', default: 'first' } },
        fills: { needs: { ledger: '>=7' } },
      }),
      'ours/blocks/ledger/files/ledger.txt.ejs': 'page <%= plain.page %>\n',
    });
    await create('churn', ['--blocks', 'ours', '--page=last'], { cwd });
    expect(readFileSync(join(cwd, 'churn/ledger.txt'), 'utf8')).toBe('page last\n');
    expect(aboutOf(join(cwd, 'churn')).needs).toEqual(['ledger>=7', 'tracker>=1']);
  });
});

describe('answers from a file', () => {
  test('are those of the flags', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'a.yaml': 'name: churn\nmodality: vision\nphase: 2\nserver: true\n' });
    await create('one', ['--answers', 'a.yaml'], { cwd });
    await create('two', ['--name=churn', '--modality=vision', '--phase=2', '--server'], { cwd });
    expect(readFiles(join(cwd, 'one'))).toEqual(readFiles(join(cwd, 'two')));
  });

  test('come by standard input with "-"', async () => {
    const cwd = temporaryFolder();
    const { code } = await create('churn', ['--answers', '-'], {
      cwd,
      input: '{ "author": "Grace Hopper" }',
    });
    expect(code).toBe(0);
    expect(aboutOf(join(cwd, 'churn')).author).toBe('Grace Hopper');
  });

  test('that never end are refused', async () => {
    const input = `a: ${'x'.repeat(2_000_000)}\n`;
    const { code, stderr } = await create('churn', ['--answers=-'], { input });
    expect(code).toBe(2);
    expect(stderr).toContain('"-" is too long');
  });
});

describe('--dry-run', () => {
  test('says what would be written and writes nothing', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await create('a/churn', ['--dry-run'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Would write tabular, phase 1: 9 files');
    expect(namesIn(cwd)).toEqual([]);
  });

  test('refuses what would be refused', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'churn/mine.txt': '' });
    expect((await create('churn', ['--dry-run'], { cwd })).code).toBe(2);
    expect((await create('other', ['--dry-run', '--task=x'], { cwd })).code).toBe(2);
  });
});

describe('--json', () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
  const documentOf = async (args: readonly string[], cwd: string) => {
    const { stdout } = await create('churn', ['--json', ...args], { cwd });
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    return document;
  };

  test('prints one document that fits its schema and says what was done', async () => {
    const cwd = temporaryFolder();
    const document = await documentOf(['--phase=2'], cwd);
    expect(document).toMatchObject({
      command: 'new',
      directory: join(cwd, 'churn'),
      dryRun: false,
      to: { phase: 2, modality: 'tabular', blocks: ['gate', 'tracker'] },
      added: [...readFiles(join(cwd, 'churn')).keys()],
      commits: [git(join(cwd, 'churn'), 'rev-parse', 'HEAD')],
      notes: [],
      next: ['cd churn && uv run poe train'],
    });
  });

  test('tells the same paths before they are written as after', async () => {
    const cwd = temporaryFolder();
    const planned = await documentOf(['--dry-run'], cwd);
    const done = await documentOf([], cwd);
    expect(planned).toEqual({ ...done, dryRun: true, commits: [] });
  });

  test('leaves standard output empty when it is refused', async () => {
    const { code, stdout, stderr } = await create('churn', ['--json', '--task=x']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--task: "x" is not a choice.');
  });
});

describe('git', () => {
  test('--skip-git makes no repository', async () => {
    const cwd = temporaryFolder();
    await create('churn', ['--skip-git'], { cwd });
    expect(existsSync(join(cwd, 'churn/.git'))).toBe(false);
  });

  test('inside another repository nothing is committed, no repository is made, and a note says so', async () => {
    const outer = temporaryFolder();
    git(outer, 'init', '--quiet');
    writeFiles(outer, { 'mine.txt': 'mine' });
    const { code, stdout } = await create('models/churn', [], { cwd: outer });
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Note: It lies in the repository "${outer}": nothing was committed there.`,
    );
    expect(existsSync(join(outer, 'models/churn/.git'))).toBe(false);
    expect(git(outer, 'status', '--porcelain')).toBe('?? mine.txt\n?? models/');
    expect(() => git(outer, 'rev-parse', 'HEAD')).toThrow();
  });

  test('an empty repository gets its first commit, and keeps its settings', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, 'churn');
    mkdirSync(folder);
    git(folder, 'init', '--quiet', '--initial-branch=trunk');
    git(folder, 'remote', 'add', 'origin', 'https://example.com/churn.git');
    const { code } = await create('churn', [], { cwd });
    expect(code).toBe(0);
    expect(git(folder, 'log', '--format=%s')).toBe('Start churn: tabular, phase 1');
    expect(git(folder, 'branch', '--show-current')).toBe('trunk');
    expect(git(folder, 'remote')).toBe('origin');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test.runIf(isPosix)(
    'an empty repository behind a link is recognised as the target itself',
    async () => {
      const cwd = temporaryFolder();
      mkdirSync(join(cwd, 'real/churn'), { recursive: true });
      symlinkSync(join(cwd, 'real'), join(cwd, 'link'));
      git(join(cwd, 'real/churn'), 'init', '--quiet');
      const { stdout } = await create('link/churn', [], { cwd });
      expect(stdout).not.toContain('Note:');
      expect(git(join(cwd, 'real/churn'), 'log', '--format=%s')).toContain('Start churn');
    },
  );

  test('a repository whose files were deleted keeps its history', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, 'churn');
    mkdirSync(folder);
    git(folder, 'init', '--quiet');
    git(
      folder,
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b.c',
      'commit',
      '--quiet',
      '--allow-empty',
      '-mold',
    );
    const { stdout } = await create('churn', [], { cwd });
    expect(stdout).toContain('Note: The repository has commits already: nothing was committed.');
    expect(git(folder, 'log', '--format=%s')).toBe('old');
  });

  test.runIf(isPosix)(
    'without git on the machine the repository is whole all the same',
    async () => {
      const cwd = temporaryFolder();
      const { code, stdout } = await create('churn', [], { cwd, env: { PATH: '/nowhere' } });
      expect(code).toBe(0);
      expect(stdout).toContain('Note: git is not installed: nothing was committed.');
      expect([...readFiles(join(cwd, 'churn')).keys()]).toEqual(FILES);
    },
  );

  test('with a broken configuration of git the repository is whole all the same', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'home/.gitconfig': '[user\nname' });
    const { code, stdout, stderr } = await create('churn', [], {
      cwd,
      env: { HOME: join(cwd, 'home'), USERPROFILE: join(cwd, 'home') },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Note: Not committed: git .*\.gitconfig/);
    expect(namesIn(join(cwd, 'churn'))).not.toContain('.git');
  });

  test.each([
    ['GIT_DIR', '.git'],
    ['GIT_WORK_TREE', '.'],
    ['GIT_INDEX_FILE', '.git/index'],
  ])('%s of a repository one works in does not lead the commit there', async (key, path) => {
    const cwd = temporaryFolder();
    const other = join(cwd, 'other');
    mkdirSync(other);
    git(other, 'init', '--quiet');
    await create('churn', [], { cwd, env: { [key]: join(other, path) } });
    expect(git(join(cwd, 'churn'), 'log', '--format=%s')).toContain('Start churn');
    expect(() => git(other, 'rev-parse', 'HEAD')).toThrow();
    expect(git(other, 'status', '--porcelain')).toBe('');
  });
});

describe.runIf(isPosix)('uv', () => {
  /** A PATH whose first `uv` is this script. */
  const withUv = (script: string) => {
    const folder = temporaryFolder();
    writeFiles(folder, { uv: `#!/bin/sh\n${script}\n` });
    chmodSync(join(folder, 'uv'), 0o755);
    return { PATH: `${folder}:${process.env.PATH}` };
  };
  const install = (cwd: string, env: Record<string, string>) =>
    bin(['new', 'churn', '--yes'], { cwd, env });

  test('locks, and the lock is a commit of its own; then it installs', async () => {
    const cwd = temporaryFolder();
    const script = 'echo "uv $* in $PWD" >&2\nif [ "$1" = lock ]; then echo locked > uv.lock; fi';
    const { code, stderr, stdout } = await install(cwd, withUv(script));
    const folder = join(cwd, 'churn');
    expect(code).toBe(0);
    expect(stderr).toContain(`uv lock in ${folder}\n`);
    expect(stderr).toContain(`uv sync --locked in ${folder}\n`);
    expect(stdout).not.toContain('Note:');
    expect(git(folder, 'log', '--format=%s')).toBe(
      'Lock the dependencies\nStart churn: tabular, phase 1',
    );
    expect(git(folder, 'diff', '--name-status', 'HEAD^', 'HEAD')).toBe('A\tuv.lock');
  });

  test('that fails leaves the repository whole, and the summary says what to run', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await install(cwd, withUv('echo no network >&2\nexit 1'));
    expect(code).toBe(0);
    expect(stdout).toContain('"uv lock" failed with exit code 1');
    expect(stdout).toContain('Once uv works, lock and install: uv sync');
    expect(git(join(cwd, 'churn'), 'log', '--format=%s')).toBe('Start churn: tabular, phase 1');
  });

  test('that is not there leaves the repository whole, and the summary says where to get it', async () => {
    const cwd = temporaryFolder();
    const folder = temporaryFolder();
    symlinkSync(
      git(cwd, '--exec-path').replace(/\/lib\/git-core|\/libexec\/git-core/, '/bin/git'),
      join(folder, 'git'),
    );
    const { code, stdout } = await install(cwd, { PATH: folder });
    expect(code).toBe(0);
    expect(stdout).toContain('uv is not installed (https://docs.astral.sh/uv).');
  });

  test('is not run with --skip-install', async () => {
    const cwd = temporaryFolder();
    const env = withUv('touch "$HOME/uv-ran"');
    await create('churn', [], { cwd, env: { ...env, HOME: cwd } });
    expect(namesIn(cwd)).not.toContain('uv-ran');
  });

  test('in another environment that is active does not install there', async () => {
    const cwd = temporaryFolder();
    const env = { ...withUv('echo "VIRTUAL_ENV=[$VIRTUAL_ENV]" >&2'), VIRTUAL_ENV: '/somewhere' };
    expect((await install(cwd, env)).stderr).toContain('VIRTUAL_ENV=[]');
  });
});
