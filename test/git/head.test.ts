import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { entriesOfHead, folderOfHead } from '../../generators/git/head.ts';
import { ObjectReader } from '../../generators/git/object-reader.ts';
import { decodePath, encodePath } from '../../generators/git/path-bytes.ts';
import type { Repository } from '../../generators/git/repository.ts';
import { parseTree } from '../../generators/git/tree-entries.ts';
import { temporaryFolder } from '../support/folders.ts';
import { git, gitBytes } from '../support/git.ts';

/** Paths and modes that an index takes, some of which no disk would. */
const ENTRIES = [
  ['100644', 'README.md'],
  ['100755', 'src/churn/train.py'],
  ['100644', 'src/churn/deep/er/file.py'],
  ['100644', 'src/churn.py'],
  ['120000', 'src/link'],
  ['160000', 'vendor/library'],
  ['100644', ':(literal)*.md'],
  ['100644', 'notes/a\nb "c"\t.txt'],
  ['100644', 'notes/ü.txt'],
  ['100644', `notes/${decodePath(Buffer.from([0x66, 0xfc, 0x72]))}.txt`],
  ['100644', 'project/src/inner.py'],
] as const;

/** A commit with these entries, and how it is read. */
function commitEntries(format: 'sha1' | 'sha256'): Repository {
  const top = temporaryFolder();
  git(top, 'init', '--quiet', `--object-format=${format}`);
  const blob = git(top, 'hash-object', '-w', '/dev/null');
  const lines = ENTRIES.map(([mode, path]) => encodePath(`${mode} ${blob}\t${path}\0`));
  const options = { cwd: top, input: Buffer.concat(lines) };
  execFileSync('git', ['update-index', '-z', '--index-info'], options);
  const tree = git(top, 'write-tree');
  const head = git(
    top,
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@b.c',
    'commit-tree',
    '-m',
    'x',
    tree,
  );
  return {
    folder: top,
    top,
    prefix: '',
    gitDir: '',
    objects: '',
    index: '',
    format,
    head,
    sparse: false,
  };
}

describe.each(['sha1', 'sha256'] as const)('a commit of a repository with %s', (format) => {
  test('has at each path what git lists there, and nothing elsewhere', async () => {
    const repository = commitEntries(format);
    const listed = parseTree(
      gitBytes(repository.top, 'ls-tree', '-r', '-t', '-z', repository.head),
    );
    const reader = new ObjectReader(repository.top);
    const elsewhere = [
      'src/churn/none.py',
      'README.md/below',
      'vendor/library/x',
      'docs',
      'SRC',
      '',
    ];
    const paths = [...listed.map(({ path }) => path), ...elsewhere];
    const found = await entriesOfHead(repository, paths, reader);
    expect([...found].map(([path, entry]) => ({ ...entry, path }))).toEqual(listed);
    const notes = listed.filter(({ path }) => path.startsWith('notes/'));
    expect(await folderOfHead(repository, 'notes', reader)).toEqual(notes);
    expect(await folderOfHead(repository, 'README.md', reader)).toEqual([]);
    const inner = await entriesOfHead(
      { ...repository, prefix: 'project/' },
      paths.concat('src/inner.py'),
      reader,
    );
    expect([...inner.keys()]).toEqual(['src', 'src/inner.py']);
    await reader.close();
  });

  test('fails where a folder cannot be read, and does not look empty', async () => {
    const repository = commitEntries(format);
    const reader = new ObjectReader(repository.top);
    const gone = { ...repository, prefix: 'gone/' };
    await expect(entriesOfHead(gone, ['a'], reader)).rejects.toThrow(/"\w+:gone\/" cannot be read/);
    await reader.close();
  });
});
