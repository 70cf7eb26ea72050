import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { commit, edited, expectFinished, read, repositoryOf, run } from '../support/repository.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
type Environment = Record<string, string | undefined>;
const upgrade = (folder: string, env?: Environment) => run(V2, folder, ['phase', '2'], env);

/** Edits that merge, or that do not. */
async function edit(conflict = false): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(
    folder,
    edited(folder, 'notes/plan.md', conflict ? 'Point 6 of' : 'Point 1 of', 'My point of'),
  );
  return folder;
}

function expectRaised(folder: string): void {
  expect(read(folder, 'gate.txt')).toBe('kept by the team\n');
  expect(read(folder, 'notes/plan.md')).toContain('My point of');
  expect(read(folder, 'notes/plan.md')).toContain('sharpened');
}

describe('attributes, filters and drivers of the user', () => {
  const drivers = (folder: string, attributes: string) => {
    for (const [key, value] of [
      ['merge.mine.driver', 'exit 1'],
      ['merge.mine.name', 'a driver of mine'],
      ['filter.upper.clean', 'tr a-z A-Z'],
      ['filter.upper.smudge', 'tr A-Z a-z'],
      ['filter.gone.clean', 'no-such-program'],
      ['filter.gone.smudge', 'no-such-program'],
      ['diff.mine.textconv', 'false'],
    ] as const) {
      git(folder, 'config', key, value);
    }
    writeFiles(folder, { '.git/info/attributes': attributes });
  };

  test.each([
    ['a merge driver that fails', '* merge=mine'],
    ['a merge driver that keeps one version', '* merge=ours'],
    ['files as binaries', '*.png binary'],
    ['a textconv that fails', '* diff=mine'],
    ['working-tree encodings', '*.txt working-tree-encoding=UTF-8'],
    ['idents', '*.md ident'],
  ])('of the kind "%s" lose nothing', async (_what, attributes) => {
    const folder = await edit();
    drivers(folder, `${attributes}\n`);
    git(folder, 'update-index', '-q', '--refresh');
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
  });

  test('of the kind "union" may not hide a conflict', async () => {
    const folder = await edit(true);
    drivers(folder, '* merge=union\n');
    const { code } = await upgrade(folder);
    expect([0, 1]).toContain(code);
    expect(read(folder, 'notes/plan.md')).toContain('My point of');
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
  });

  test('filters are applied to what is checked out, as by any checkout', async () => {
    const folder = await edit();
    drivers(folder, 'late.txt filter=upper\n');
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
  });

  test('a filter whose program is gone does not stop an upgrade that has nothing to do with it', async () => {
    const folder = await edit();
    commit(folder, { 'weights.lfs': 'big\n' });
    drivers(folder, '*.lfs filter=gone\n');
    git(folder, 'update-index', '-q', '--refresh');
    await expectFinished(folder, () => upgrade(folder));
    expectRaised(folder);
    expect(read(folder, 'weights.lfs')).toBe('big\n');
  });

  test('a global ignore that matches files of the template does not drop them', async () => {
    const home = temporaryFolder();
    writeFiles(home, {
      '.gitconfig': `[user]\n\tname = A\n\temail = a@b.c\n[core]\n\texcludesFile = ${home}/ignore\n`,
      ignore: '*\n',
    });
    const folder = await edit();
    await expectFinished(folder, () => upgrade(folder, { HOME: home }));
    expectRaised(folder);
    expect(git(folder, 'ls-files', 'gate.txt')).toBe('gate.txt');
  });
});
