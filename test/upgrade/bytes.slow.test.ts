import { chmodSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../support/folders.ts';
import { git, gitBytes } from '../support/git.ts';
import {
  asGrace,
  commit,
  edited,
  expectConflict,
  expectFinished,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { snapshotFiles } from './support/snapshot.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(
  {
    ...SECOND,
    'skeleton/files/Makefile': '#!/usr/bin/make -f\ncheck:\n\tpoe check\n\ntrain:\n\tpoe train\n',
  },
  '0.2.0',
);
const upgrade = (folder: string) => run(V2, folder, ['phase', '2']);
const isExecutable = (folder: string, path: string) =>
  (statSync(join(folder, path)).mode & 0o100) !== 0;

describe('the right to run a file', () => {
  test('that the user gave or took stays, with the changes of the template', async () => {
    const folder = await repositoryOf(V1);
    chmodSync(join(folder, 'notes/plan.md'), 0o755);
    chmodSync(join(folder, 'run'), 0o644);
    commit(folder, {});
    await expectFinished(folder, () => upgrade(folder));
    expect(isExecutable(folder, 'notes/plan.md')).toBe(true);
    expect(isExecutable(folder, 'run')).toBe(false);
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
  });

  test('that the template gives arrives, next to edits of the user', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { Makefile: `${read(folder, 'Makefile')}\nmine:\n\techo mine\n` });
    await expectFinished(folder, () => upgrade(folder));
    expect(isExecutable(folder, 'Makefile')).toBe(true);
    expect(read(folder, 'Makefile')).toMatch(/^#!.*\n[\s\S]*mine:\n\techo mine\n$/);
  });

  test('changes together with a conflict, and comes back when that is undone', async () => {
    const folder = await repositoryOf(V1);
    chmodSync(join(folder, 'notes/plan.md'), 0o755);
    commit(folder, edited(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of'));
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['notes/plan.md'],
      () => {
        expect(isExecutable(folder, 'notes/plan.md')).toBe(true);
      },
    );
  });

  test('is what the index says where the file system cannot be trusted', async () => {
    const folder = await repositoryOf(V1);
    git(folder, 'config', 'core.fileMode', 'false');
    git(folder, 'update-index', '--chmod=+x', 'notes/plan.md');
    asGrace(folder, 'commit', '--quiet', '-m', 'Run it');
    await expectFinished(folder, () => upgrade(folder));
    expect(git(folder, 'ls-files', '-s', 'notes/plan.md')).toMatch(/^100755/);
    expect(git(folder, 'ls-files', '-s', 'run')).toMatch(/^100755/);
  });
});

describe('links', () => {
  test('of the user stay, broken ones too', async () => {
    const folder = await repositoryOf(V1);
    symlinkSync('notes/plan.md', join(folder, 'plan'));
    symlinkSync('../nowhere', join(folder, 'docs/broken'));
    symlinkSync('/etc', join(folder, 'outside'));
    commit(folder, {});
    await expectFinished(folder, () => upgrade(folder));
    expect(readlinkSync(join(folder, 'plan'))).toBe('notes/plan.md');
    expect(readlinkSync(join(folder, 'docs/broken'))).toBe('../nowhere');
    expect(readlinkSync(join(folder, 'outside'))).toBe('/etc');
  });

  test('in place of a file that the template changes are a conflict, and nothing is written through them', async () => {
    const folder = await repositoryOf(V1);
    rmSync(join(folder, 'notes/plan.md'));
    writeFiles(folder, { '../outside.md': 'outside\n' });
    symlinkSync('../../outside.md', join(folder, 'notes/plan.md'));
    commit(folder, {});
    const before = snapshotFiles(folder);
    const { code, stderr } = await upgrade(folder);
    expect(code, stderr).toBe(1);
    expect(read(folder, '../outside.md')).toBe('outside\n');
    expect(git(folder, 'ls-files', '-u')).toContain('120000');
    git(folder, 'merge', '--abort');
    expect(snapshotFiles(folder)).toEqual(before);
  });

  test('in place of a folder that the template adds to are not followed', async () => {
    const folder = await repositoryOf(V1);
    rmSync(join(folder, 'notes'), { recursive: true });
    writeFiles(folder, { '../outside/plan.md': 'outside\n' });
    symlinkSync('../outside', join(folder, 'notes'));
    commit(folder, {});
    const before = snapshotFiles(folder);
    const { code, stderr } = await upgrade(folder);
    expect([1, 2], stderr).toContain(code);
    expect(has(folder, '../outside/gate.md')).toBe(false);
    if (code === 1) git(folder, 'merge', '--abort');
    expect(snapshotFiles(folder)).toEqual(before);
  });
});

describe('bytes', () => {
  test('of a binary that only the template changed, or only the user, arrive and stay', async () => {
    const [untouched, mine] = [
      await repositoryOf(V1),
      await repositoryOf(
        packageWith({ 'skeleton/files/pixel.bin': SECOND['skeleton/files/pixel.bin'] ?? null }),
      ),
    ];
    await expectFinished(untouched, () => upgrade(untouched));
    expect(read(untouched, 'pixel.bin')).toBe(
      (SECOND['skeleton/files/pixel.bin'] as Buffer).toString('latin1'),
    );
    const bytes = Buffer.from([0, 255, 10, 13, 0]);
    commit(mine, { 'pixel.bin': bytes });
    await expectFinished(mine, () => upgrade(mine));
    expect(read(mine, 'pixel.bin')).toBe(bytes.toString('latin1'));
  });

  /** Commits bytes as the web editor of a forge would: without any conversion. */
  function commitRaw(folder: string, path: string, text: string): void {
    writeFiles(folder, { [path]: text });
    const id = git(folder, 'hash-object', '-w', '--no-filters', path);
    git(folder, 'update-index', '--cacheinfo', `100644,${id},${path}`);
    asGrace(folder, 'commit', '--quiet', '-m', 'Other line endings');
  }
  const toCrlf = (text: string) => text.replace(/\n/g, '\r\n');

  test('of a file keep the line endings that the user gave it, with the changes of the template', async () => {
    const folder = await repositoryOf(V1);
    commitRaw(
      folder,
      'notes/plan.md',
      toCrlf(read(folder, 'notes/plan.md')).replace('Point 1 of', 'My point 1 of'),
    );
    await expectFinished(folder, () => upgrade(folder));
    const text = gitBytes(folder, 'show', 'HEAD:notes/plan.md').toString();
    expect(text).toContain('My point 1 of the plan.\r\n');
    expect(text).toContain('Point 6, sharpened, of the plan.\r\n');
    expect(text.match(/[^\r]\n/)).toBe(null);
  });

  test('of a file with other line endings and a conflict come back when that is undone', async () => {
    const folder = await repositoryOf(V1);
    commitRaw(
      folder,
      'notes/plan.md',
      toCrlf(read(folder, 'notes/plan.md')).replace('Point 6 of', 'Our point 6 of'),
    );
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['notes/plan.md'],
      () => {
        expect(read(folder, 'notes/plan.md')).toContain('Our point 6 of the plan.\r\n');
      },
    );
  });

  test('in a checkout with the line endings of Windows are those of Windows, and nothing is dirty', async () => {
    const folder = await repositoryOf(V1);
    git(folder, 'config', 'core.autocrlf', 'true');
    git(folder, 'rm', '--quiet', '--cached', '-r', '.');
    git(folder, 'reset', '--quiet', '--hard');
    expect(read(folder, 'notes/plan.md')).toContain('\r\n');
    commit(folder, edited(folder, 'notes/ideas.md', 'Idea 1.', 'My idea 1.'));
    await expectFinished(folder, () => upgrade(folder));
    expect(read(folder, 'notes/plan.md')).toContain('Point 6, sharpened, of the plan.\r\n');
    expect(gitBytes(folder, 'show', 'HEAD:notes/plan.md').includes('\r')).toBe(false);
  });

  test('without a newline at the end, of other encodings, and with a mark at the start stay as they are', async () => {
    const folder = await repositoryOf(V1);
    const odd = {
      'docs/own.md': Buffer.from('no newline'),
      'docs/latin.md': Buffer.from('gr\u00fc\u00dfe\n', 'latin1'),
      'docs/utf16.md': Buffer.from('\ufeffzwei\n', 'utf16le'),
      'src/churn/model.py': Buffer.from(`\ufeff${read(folder, 'src/churn/model.py')}# ünï`),
      'docs/empty.md': Buffer.alloc(0),
    };
    commit(folder, odd);
    await expectFinished(folder, () => upgrade(folder));
    for (const [path, bytes] of Object.entries(odd))
      expect(read(folder, path)).toBe(bytes.toString('latin1'));
  });
});
