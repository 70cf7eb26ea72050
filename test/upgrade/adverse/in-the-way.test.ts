import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { expectRefused, expectSound, has, read, repositoryOf, run } from '../support/repository.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, ...more: string[]) => run(V2, folder, ['phase', '2', ...more]);

describe('something in the way of a new file is named, and nothing is written:', () => {
  const inTheWay: [string, string, (folder: string) => void][] = [
    ['an untracked file', 'gate.txt', (folder) => writeFiles(folder, { 'gate.txt': 'mine' })],
    [
      'an ignored file',
      'gate.txt',
      (folder) => writeFiles(folder, { '.git/info/exclude': 'gate.txt\n', 'gate.txt': 'mine' }),
    ],
    [
      'an ignored folder',
      'gate.txt',
      (folder) =>
        writeFiles(folder, { '.git/info/exclude': 'gate.txt/\n', 'gate.txt/weights.bin': 'mine' }),
    ],
    [
      'an untracked file where a folder will be',
      'src/churn/factory',
      (folder) => writeFiles(folder, { 'src/churn/factory': 'mine' }),
    ],
    [
      'a link that leads nowhere',
      'gate.txt',
      (folder) => symlinkSync('nowhere', join(folder, 'gate.txt')),
    ],
    [
      'a link to a folder elsewhere',
      'src/churn/factory',
      (folder) => {
        mkdirSync(join(folder, '../elsewhere'));
        symlinkSync('../../../elsewhere', join(folder, 'src/churn/factory'));
      },
    ],
    [
      'a socket-like thing',
      'gate.txt',
      (folder) => {
        execFileSync('mkfifo', [join(folder, 'gate.txt')]);
      },
    ],
  ];

  test.each(inTheWay)('%s', async (_what, path, put) => {
    const folder = await repositoryOf(V1);
    put(folder);
    const { stderr } = await expectRefused(folder, () => upgrade(folder), path);
    expect(stderr).toMatch(/--adopt.*--backup|--backup.*--adopt/);
  });

  test('with --backup it is moved aside, with --adopt it stays and ours is left out', async () => {
    const [kept, moved] = [await repositoryOf(V1), await repositoryOf(V1)];
    for (const folder of [kept, moved]) writeFiles(folder, { 'gate.txt': 'mine' });
    const adopted = await upgrade(kept, '--adopt');
    expect(adopted, adopted.stderr).toMatchObject({ code: 0 });
    expect(read(kept, 'gate.txt')).toBe('mine');
    const backed = await upgrade(moved, '--backup');
    expect(backed, backed.stderr).toMatchObject({ code: 0 });
    expect(read(moved, 'gate.txt')).toBe('kept by the team\n');
    expect(read(moved, 'gate.txt.backup')).toBe('mine');
  });

  test('a rule of the user that ignores a new file does not drop it', async () => {
    const folder = await repositoryOf(V1);
    writeFiles(folder, { '.git/info/exclude': '*.txt\nfactory/\n' });
    expect((await upgrade(folder)).code).toBe(0);
    expect(has(folder, 'gate.txt') && has(folder, 'src/churn/factory/gate.py')).toBe(true);
    expect(git(folder, 'ls-files', 'gate.txt', 'src/churn/factory')).toContain('factory/gate.py');
    expectSound(folder);
  });
});
