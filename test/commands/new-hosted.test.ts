import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installSmall, runBin } from '../support/bin.ts';
import { namesIn, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const TEMPLATES = {
  'skeleton/files/README.md.ejs': '# <%= name %>\n\nFirst.\n\nHow to train.\n',
  'skeleton/files/LICENSE': 'MIT\n',
  'skeleton/files/dot_gitattributes': '*.png binary\n',
};
const PKG = installSmall(TEMPLATES);
const HOSTED = {
  'README.md': '# churn\n\nWhat we want to know.',
  LICENSE: 'Apache\n',
  '.gitignore': '*.tmp\n/target/\n',
};

const create = (folder: string, ...args: string[]) =>
  runBin(PKG, ['new', '.', '--yes', '--skip-install', ...args], { cwd: folder });
const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8');
const as = ['-c', 'user.name=Grace', '-c', 'user.email=grace@example.com'];

/** A folder as it is after the user cloned what a hosting service made. */
function clone(files: Readonly<Record<string, string>> = HOSTED): string {
  const folder = join(temporaryFolder(), 'churn');
  mkdirSync(folder);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  writeFiles(folder, files);
  git(folder, 'add', '-A');
  git(folder, ...as, 'commit', '--quiet', '-m', 'Initial commit');
  return folder;
}

/** Nothing of what was there is lost, and everything of ours came. */
function expectJoined(folder: string): void {
  expect(read(folder, 'README.md')).toBe(
    '# churn\n\nWhat we want to know.\n\n# churn\n\nFirst.\n\nHow to train.\n',
  );
  expect(read(folder, 'LICENSE')).toBe('Apache\n');
  expect(read(folder, '.gitignore')).toBe('*.tmp\n/target/\n\n*.log\n');
  expect(read(folder, '.gitattributes')).toBe('*.png binary\n');
  expect(namesIn(folder)).toContain('about.toml');
}

describe('a fresh repository of a hosting service', () => {
  test('gets the new files on top of its commit, and its own files stay', async () => {
    const folder = clone();
    const first = git(folder, 'rev-parse', 'HEAD');
    const { code, stdout, stderr } = await create(folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectJoined(folder);
    expect(git(folder, 'rev-parse', 'HEAD^1')).toBe(first);
    expect(git(folder, 'log', '-1', '--format=%s')).toBe('Add churn to what was here');
    expect(git(folder, 'status', '--porcelain')).toBe('');
    expect(stdout).toMatch(/Note: Your text stays in \.gitignore and README\.md/);
    expect(stdout).toMatch(/Note: LICENSE stays as it was/);
    git(folder, 'fsck', '--strict');
  });

  test('is upgraded like any other, from the tree as it was rendered', async () => {
    const folder = clone();
    await create(folder);
    const newer = installSmall({
      ...TEMPLATES,
      'skeleton/files/README.md.ejs': '# <%= name %>\n\nFirst.\n\nHow to train well.\n',
      'skeleton/files/dot_gitignore': '*.log\n*.bak\n',
    });
    const args = ['phase', '2', '--yes', '--skip-install', '--json'];
    const { code, stdout } = await runBin(newer, args, { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).base.rerendered).toEqual([]);
    expect(read(folder, 'README.md')).toBe(
      '# churn\n\nWhat we want to know.\n\n# churn\n\nFirst.\n\nHow to train well.\n',
    );
    expect(read(folder, '.gitignore')).toBe('*.tmp\n/target/\n\n*.log\n*.bak\n');
    expect(read(folder, 'LICENSE')).toBe('Apache\n');
  });

  test('may have its files without a commit, or without git', async () => {
    const unborn = join(temporaryFolder(), 'churn');
    writeFiles(unborn, HOSTED);
    git(unborn, 'init', '--quiet', '--initial-branch=main');
    const plain = join(temporaryFolder(), 'churn');
    writeFiles(plain, HOSTED);
    for (const folder of [unborn, plain]) {
      const { code } = await create(folder);
      expect(code).toBe(0);
      expectJoined(folder);
      expect(git(folder, 'status', '--porcelain')).toBe('');
      expect(git(folder, 'rev-list', '--count', 'HEAD')).toBe('2');
      const tree = git(folder, 'rev-parse', 'HEAD^^{tree}');
      expect(git(folder, 'log', '-1', '--format=%B', 'HEAD^')).toContain(`tree=${tree}`);
    }
  });

  test('may have names that the new repository does not write', async () => {
    const folder = clone({ 'README.rst': 'churn\n', 'LICENSE.md': 'Apache\n' });
    const { code } = await create(folder);
    expect(code).toBe(0);
    expect(read(folder, 'README.rst')).toBe('churn\n');
    expect(git(folder, 'log', '-1', '--format=%s')).toBe('Add churn to what was here');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test('with anything else in it is refused, untouched', async () => {
    const folder = clone({ ...HOSTED, 'main.py': 'print()\n' });
    const { code, stderr } = await create(folder);
    expect(code).toBe(2);
    expect(stderr).toContain('it holds "main.py"');
    expect(namesIn(folder)).toEqual(['.git', '.gitignore', 'LICENSE', 'README.md', 'main.py']);
  });

  test.runIf(process.platform !== 'win32')(
    'with a link in place of its README is refused',
    async () => {
      const folder = join(temporaryFolder(), 'churn');
      writeFiles(folder, { '.DS_Store': '' });
      symlinkSync('/etc/hostname', join(folder, 'README.md'));
      expect((await create(folder)).code).toBe(2);
    },
  );

  test('keeps a change that is not committed, and says that nothing was committed', async () => {
    const folder = clone();
    writeFiles(folder, { 'README.md': '# churn\n\nWhat we want to know.' });
    writeFiles(folder, { LICENSE: 'Apache 2\n' });
    const { code, stdout } = await create(folder);
    expect(code).toBe(0);
    expect(stdout).toContain('nothing was committed');
    expect(read(folder, 'LICENSE')).toBe('Apache 2\n');
  });

  test('without git keeps its files too', async () => {
    const folder = clone();
    await create(folder, '--skip-git');
    expectJoined(folder);
  });
});
