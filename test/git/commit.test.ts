import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Tree } from '../../generators/engine/tree.ts';
import { commitFile, commitTree } from '../../generators/git/commit.ts';
import { enclosingRepository, initRepository, isUnborn } from '../../generators/git/work-tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git, homeWith, treeOf } from '../support/git.ts';

const isPosix = process.platform !== 'win32';
const ADA = '[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n';
const FALLBACK = { name: 'The authors', email: 'authors@example.com' };

/** A tree with everything that git likes to change or leave out. */
const TREE: Tree = new Map(
  [
    ['.gitattributes', '* text=auto eol=lf\n*.ident ident\n*.smudged filter=upper\n'],
    ['.gitignore', '*.log\nignored/\n'],
    ['a.txt', 'a\n'],
    ['crlf.txt', 'a\r\nb\r\n'],
    ['ignored/inside.txt', 'in\n'],
    ['is.log', 'logged\n'],
    ['run', '#!/bin/sh\n'],
    ['secret.globally', 'everywhere ignored\n'],
    ['söme päth/ü "q".txt', 'ü\n'],
    ['x.ident', '$Id$\n'],
    ['x.smudged', 'lower\n'],
  ].map(([path = '', text = '']) => [
    path,
    { bytes: Buffer.from(text), mode: path === 'run' ? '100755' : '100644' },
  ]),
);

afterEach(() => vi.unstubAllEnvs());

/** A repository with the tree as its first commit. */
async function commitHere(folder = temporaryFolder(), tree = TREE, fallback = FALLBACK) {
  writeFiles(folder, Object.fromEntries([...tree].map(([path, { bytes }]) => [path, bytes])));
  for (const [path, { mode }] of tree) if (mode === '100755') chmodSync(join(folder, path), 0o755);
  await initRepository(folder);
  const id = await commitTree(folder, tree, (treeId) => `Start\n\nTree: ${treeId}`, fallback);
  return { folder, id };
}

const asCommitted = new Map([...TREE]);

describe.runIf(isPosix)('the first commit is the tree byte for byte', () => {
  const hook = '#!/bin/sh\ntouch "$HOME/hook-ran"\nexit 1\n';
  const hooks = Object.fromEntries(
    'pre-commit commit-msg prepare-commit-msg post-commit reference-transaction post-index-change post-checkout'
      .split(' ')
      .map((name) => [`hooks/${name}`, hook]),
  );
  const templates = Object.fromEntries(
    Object.entries(hooks).map(([path, text]) => [`template/${path}`, text]),
  );

  test.each<[string, string, Record<string, string>?]>([
    ['a name and an address', ADA],
    ['no identity', ''],
    ['user.useConfigOnly', '[user]\n\tuseConfigOnly = true\n'],
    ['failing hooks by core.hooksPath', `${ADA}[core]\n\thooksPath = ~/hooks\n`, hooks],
    ['failing hooks by init.templateDir', `${ADA}[init]\n\ttemplateDir = ~/template\n`, templates],
    ['a file-system monitor', `${ADA}[core]\n\tfsmonitor = ~/hooks/pre-commit\n`, hooks],
    [
      'signing without a key',
      `${ADA}[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n[tag]\n\tgpgSign = true\n`,
    ],
    ['autocrlf = true', `${ADA}[core]\n\tautocrlf = true\n\teol = crlf\n`],
    ['safecrlf = true', `${ADA}[core]\n\tautocrlf = input\n\tsafecrlf = true\n`],
    [
      'a global list of ignored files',
      `${ADA}[core]\n\texcludesFile = ~/ignore\n`,
      { ignore: '*\n' },
    ],
    [
      'global attributes and a filter',
      `${ADA}[core]\n\tattributesFile = ~/attributes\n[filter "upper"]\n\tclean = tr a-z A-Z\n\trequired = true\n`,
      { attributes: '* filter=upper\n' },
    ],
    ['another first branch', `${ADA}[init]\n\tdefaultBranch = trunk\n`],
    ['a first branch that git refuses', `${ADA}[init]\n\tdefaultBranch = "a..b"\n`],
    ['SHA-256 ids', `${ADA}[init]\n\tdefaultObjectFormat = sha256\n`],
    [
      'a split index and many files',
      `${ADA}[core]\n\tsplitIndex = true\n\tuntrackedCache = true\n[feature]\n\tmanyFiles = true\n[index]\n\tversion = 4\n`,
    ],
    [
      'colours, pager and editor',
      `${ADA}[color]\n\tui = always\n[core]\n\tpager = false\n\teditor = false\n`,
    ],
    ['checks on every object', `${ADA}[transfer]\n\tfsckObjects = true\n[core]\n\tfsync = all\n`],
    ['an old encoding of messages', `${ADA}[i18n]\n\tcommitEncoding = ISO-8859-1\n`],
    ['quoted paths and file modes off', `${ADA}[core]\n\tquotePath = true\n\tfileMode = false\n`],
  ])('with %s', async (_, config, files = {}) => {
    const home = homeWith(config, files);
    for (const path of Object.keys(files))
      if (path.includes('hooks/')) chmodSync(join(home, path), 0o755);
    const { folder, id } = await commitHere();
    expect(treeOf(folder)).toEqual(asCommitted);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(id);
    expect(git(folder, 'status', '--porcelain', '--ignored=no')).toBe('');
    expect(existsSync(join(home, 'hook-ran')), 'a hook ran').toBe(false);
    expect(git(folder, 'fsck', '--strict')).not.toContain('error');
  });

  test.each([
    ['GIT_DIR', '/nowhere/.git'],
    ['GIT_WORK_TREE', '/nowhere'],
    ['GIT_INDEX_FILE', '/nowhere/index'],
    ['GIT_OBJECT_DIRECTORY', '/nowhere/objects'],
    ['GIT_TEMPLATE_DIR', '/nowhere/template'],
    ['GIT_DEFAULT_HASH', 'sha256'],
    ['GIT_NAMESPACE', 'other'],
    ['GIT_CEILING_DIRECTORIES', '/'],
    ['GIT_CONFIG_PARAMETERS', "'core.bare'='true'"],
    ['GIT_TRACE', '1'],
    ['GIT_EDITOR', 'false'],
    ['GIT_ASKPASS', 'false'],
    ['GIT_SSH_COMMAND', 'false'],
    ['LANG', 'de_DE.UTF-8'],
  ])('with %s=%s in the environment, in the name git knows', async (key, value) => {
    homeWith(ADA);
    vi.stubEnv(key, value);
    const { folder } = await commitHere();
    vi.stubEnv(key, undefined);
    expect(treeOf(folder)).toEqual(asCommitted);
    expect(git(folder, 'log', '--format=%an <%ae>')).toBe('Ada Lovelace <ada@example.com>');
  });

  test('without a home folder', async () => {
    homeWith('');
    vi.stubEnv('HOME', undefined);
    vi.stubEnv('XDG_CONFIG_HOME', undefined);
    const { folder } = await commitHere();
    expect(treeOf(folder)).toEqual(asCommitted);
  });
});

describe('who commits', () => {
  const authorOf = async (fallback = FALLBACK) => {
    const { folder } = await commitHere(temporaryFolder(), TREE, fallback);
    return git(folder, 'log', '--format=%an <%ae>, %cn <%ce>');
  };

  test('the user that git knows', async () => {
    homeWith(ADA);
    expect(await authorOf()).toBe('Ada Lovelace <ada@example.com>, Ada Lovelace <ada@example.com>');
  });

  test('the author of the answers when git does not know the user', async () => {
    homeWith('');
    expect(await authorOf()).toBe(
      'The authors <authors@example.com>, The authors <authors@example.com>',
    );
  });

  test('the author of the answers where git would guess a name', async () => {
    homeWith('');
    vi.stubEnv('EMAIL', 'guessed@example.com');
    expect(await authorOf()).toBe(
      'The authors <authors@example.com>, The authors <authors@example.com>',
    );
  });

  test('the environment, where it says so', async () => {
    homeWith('');
    vi.stubEnv('GIT_AUTHOR_NAME', 'Grace');
    vi.stubEnv('GIT_AUTHOR_EMAIL', 'grace@example.com');
    vi.stubEnv('GIT_COMMITTER_NAME', 'Bot');
    vi.stubEnv('GIT_COMMITTER_EMAIL', 'bot@example.com');
    expect(await authorOf()).toBe('Grace <grace@example.com>, Bot <bot@example.com>');
  });

  test('separate settings for author and committer', async () => {
    homeWith(
      '[author]\n\tname = Grace\n\temail = grace@example.com\n[committer]\n\tname = Bot\n\temail = bot@example.com\n',
    );
    expect(await authorOf()).toBe('Grace <grace@example.com>, Bot <bot@example.com>');
  });

  test.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['only what git drops from names', '<.,;:"\'>'],
  ])('an author, when the answers hold %s for a name', async (_, name) => {
    homeWith('');
    expect(await authorOf({ name, email: name })).toMatch(/^\S.* <.*>, \S.* <.*>$/);
  });
});

describe('repositories', () => {
  test('the first branch is main unless the user has another', async () => {
    homeWith(ADA);
    expect(git((await commitHere()).folder, 'branch', '--show-current')).toBe('main');
    homeWith(`${ADA}[init]\n\tdefaultBranch = trunk\n`);
    expect(git((await commitHere()).folder, 'branch', '--show-current')).toBe('trunk');
  });

  test('a repository is unborn until its first commit', async () => {
    homeWith(ADA);
    const folder = temporaryFolder();
    await initRepository(folder);
    expect(await isUnborn(folder)).toBe(true);
    await commitHere(folder);
    expect(await isUnborn(folder)).toBe(false);
  });

  test('one more file is one more commit with nothing else in it', async () => {
    homeWith(ADA);
    const { folder, id } = await commitHere();
    writeFiles(folder, { 'uv.lock': 'locked\r\n', 'other.txt': 'not asked for' });
    await commitFile(folder, 'uv.lock', 'Lock', FALLBACK);
    expect(git(folder, 'rev-parse', 'HEAD^')).toBe(id);
    expect(git(folder, 'diff', '--name-status', 'HEAD^', 'HEAD')).toBe('A\tuv.lock');
    expect(String(treeOf(folder).get('uv.lock')?.bytes)).toBe('locked\r\n');
    expect(git(folder, 'status', '--porcelain')).toBe('?? other.txt');
  });

  test('the enclosing one is found from a path that is not there yet', async () => {
    homeWith(ADA);
    const { folder } = await commitHere();
    expect((await enclosingRepository(join(folder, 'a/b/c'))).top).toBe(folder);
  });

  test('there is none outside of every work tree', async () => {
    homeWith(ADA);
    expect((await enclosingRepository(join(temporaryFolder(), 'a'))).top).toBeUndefined();
  });

  test('GIT_DIR of another repository is not mistaken for an enclosing one', async () => {
    homeWith(ADA);
    const { folder } = await commitHere();
    vi.stubEnv('GIT_DIR', join(folder, '.git'));
    expect((await enclosingRepository(temporaryFolder())).top).toBeUndefined();
  });

  test.runIf(isPosix)('a repository reached through a link is the same repository', async () => {
    homeWith(ADA);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await initRepository(join(folder, 'real'));
    expect((await enclosingRepository(join(folder, 'link'))).top).toBe(join(folder, 'real'));
  });

  test.runIf(isPosix && process.getuid?.() === 0)(
    'one that belongs to another user is found all the same',
    async () => {
      homeWith(ADA);
      const { folder } = await commitHere();
      const { chownSync } = await import('node:fs');
      chownSync(folder, 1000, 1000);
      expect((await enclosingRepository(join(folder, 'a'))).top).toBe(folder);
    },
  );
});
