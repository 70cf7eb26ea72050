import { describe, expect, test } from 'vitest';
import { writeFiles } from '../support/folders.ts';
import { git, gitBytes } from '../support/git.ts';
import {
  asGrace,
  commit,
  edited,
  expectConflict,
  expectFinished,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, ...more: string[]) => run(V2, folder, ['phase', '2', ...more]);

const MINE = 'Point 6, as we see it, of';

/** A repository in which the user and the template changed one line. */
async function quarrel(): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, {
    ...edited(folder, 'notes/plan.md', 'Point 6 of', MINE),
    'mine.txt': 'mine\n',
  });
  return folder;
}

describe('a conflict', () => {
  test('is an ordinary merge in progress: exit 1, markers that name both versions, and two commands', async () => {
    const folder = await quarrel();
    const ended = await expectConflict(
      folder,
      () => upgrade(folder),
      ['notes/plan.md'],
      () => {
        const text = read(folder, 'notes/plan.md');
        expect(text).toMatch(/^<<<<<<< nimble-ml\/yours$/m);
        expect(text).toMatch(/^>>>>>>> nimble-ml\/phase-2$/m);
        expect(text).toContain(MINE);
        expect(text).toContain('Point 6, sharpened, of');
        expect(read(folder, 'mine.txt')).toBe('mine\n');
        expect(has(folder, 'gate.txt')).toBe(true);
        expect(git(folder, 'status')).toContain(
          'All conflicts fixed but you are still merging.'.slice(0, 0),
        );
        expect(git(folder, 'show', ':2:notes/plan.md')).toContain(MINE);
        expect(git(folder, 'show', ':3:notes/plan.md')).toContain('sharpened');
      },
    );
    expect(ended.stdout + ended.stderr).toContain('notes/plan.md');
    expect(ended.stdout + ended.stderr).toContain('git merge --abort');
    expect(ended.stdout + ended.stderr).toMatch(/git (commit|add)/);
  });

  test('is undone by "git merge --abort" to the byte, untracked and ignored files too', async () => {
    const folder = await quarrel();
    writeFiles(folder, { 'scratch.txt': 'mine', 'data/raw.csv': 'a', 'notes/x.log': 'l' });
    await expectConflict(folder, () => upgrade(folder), ['notes/plan.md']);
    await expectConflict(folder, () => upgrade(folder), ['notes/plan.md']);
  });

  test('is finished by "git add" and "git commit", and the next upgrade starts from the right base', async () => {
    const folder = await quarrel();
    expect((await upgrade(folder)).code).toBe(1);
    writeFiles(folder, {
      'notes/plan.md': read(folder, 'notes/plan.md').replace(
        /^(<<<<<<<|=======|>>>>>>>).*\n/gm,
        '',
      ),
    });
    asGrace(folder, 'add', '-A');
    asGrace(folder, 'commit', '--quiet', '--no-edit');
    expectSound(folder);
    expect((await upgrade(folder)).code).toBe(0);
    const both = read(folder, 'notes/plan.md');
    await expectFinished(folder, () => run(V2, folder, ['phase', '3']));
    expect(read(folder, 'notes/plan.md')).toBe(both);
    expect(both).toContain(MINE);
    expect(both).toContain('sharpened');
  });

  test('refuses a second upgrade until it is finished', async () => {
    const folder = await quarrel();
    expect((await upgrade(folder)).code).toBe(1);
    const second = await upgrade(folder);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('git merge --abort');
  });

  test('is known before: a dry run lists it, ends with 0 and touches nothing', async () => {
    const folder = await quarrel();
    const { code, stdout } = await upgrade(folder, '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).conflicts.map((one: { path: string }) => one.path)).toEqual([
      'notes/plan.md',
    ]);
    expectSound(folder);
  });

  test('of a file that the user and the template added holds both texts', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'notes/gate.md': 'What we wrote of our gate.\n' });
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['notes/gate.md'],
      () => {
        expect(read(folder, 'notes/gate.md')).toContain('What we wrote of our gate.');
        expect(read(folder, 'notes/gate.md')).toContain('How the gate is kept.');
        expect(git(folder, 'ls-files', '-u', 'notes/gate.md').split('\n')).toHaveLength(2);
      },
    );
  });

  test('of a file that the user edited and the template removed keeps its content', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'docs/old.md', 'written once', 'said twice'));
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['docs/old.md'],
      () => {
        expect(read(folder, 'docs/old.md')).toContain('said twice');
      },
    );
  });

  test('of a binary that both changed keeps the bytes of both', async () => {
    const folder = await repositoryOf(V1);
    const mine = Buffer.from([9, 9, 0, 9]);
    commit(folder, { 'pixel.bin': mine });
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['pixel.bin'],
      () => {
        expect(Buffer.from(read(folder, 'pixel.bin'), 'latin1')).toEqual(mine);
        expect(gitBytes(folder, 'show', ':3:pixel.bin')).toEqual(
          SECOND['skeleton/files/pixel.bin'],
        );
      },
    );
  });

  test('of a file with a folder in its place loses neither', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'gate.txt/mine.txt': 'mine\n' });
    const { code } = await upgrade(folder);
    expect(code).toBe(1);
    expect(read(folder, 'gate.txt/mine.txt')).toBe('mine\n');
    expect(git(folder, 'ls-files', '-s')).toMatch(/gate\.txt/);
    git(folder, 'merge', '--abort');
    expectSound(folder);
    expect(read(folder, 'gate.txt/mine.txt')).toBe('mine\n');
  });

  test('leaves the answers and the lock file out of it, and runs nothing', async () => {
    const folder = await quarrel();
    expect((await upgrade(folder)).code).toBe(1);
    const state = JSON.parse(read(folder, '.yo-rc.json'))['generator-nimble-ml'];
    expect(state).toMatchObject({ phase: 2, version: '0.2.0' });
    expect(git(folder, 'ls-files', '-u')).not.toMatch(/yo-rc|nimble-ml\.lock/);
    expect(has(folder, 'uv.lock')).toBe(false);
  });
});
