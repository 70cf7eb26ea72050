import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git } from '../support/git.ts';
import {
  commit,
  edited,
  expectConflict,
  expectFinished,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string, ...more: string[]) => run(V2, folder, ['phase', '2', ...more]);
const json = async (folder: string, ...more: string[]) => {
  const ended = await expectFinished(folder, () => upgrade(folder, '--json', ...more));
  return JSON.parse(ended.stdout);
};

describe('what the user deleted', () => {
  test('stays deleted though the template changes it, and the plan says so', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'notes/plan.md': null, 'elsewhere/plan.md': 'Another plan.\n' });
    const plan = await json(folder);
    expect(has(folder, 'notes/plan.md')).toBe(false);
    expect(read(folder, 'elsewhere/plan.md')).toBe('Another plan.\n');
    expect(plan.kept).toContainEqual({
      path: 'notes/plan.md',
      reason: expect.stringMatching(/deleted/),
    });
  });

  test('stays deleted as a whole folder, though the template adds to it', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { notes: null });
    const plan = await json(folder);
    expect(has(folder, 'notes')).toBe(false);
    expect(plan.added).not.toContain('notes/gate.md');
    expect(plan.kept).toContainEqual({ path: 'notes/gate.md', reason: 'you deleted "notes"' });
    expect(plan.notes.join()).toMatch(/deleted "notes", so 1 new file .*update --restore notes/);
    await expectFinished(folder, () => run(V2, folder, ['phase', '3']));
    expect(has(folder, 'notes')).toBe(false);
  });

  test('as a folder comes back as a whole with --restore, at once or later', async () => {
    const [folder, other] = [await repositoryOf(V1), await repositoryOf(V1)];
    for (const one of [folder, other]) commit(one, { notes: null });
    await json(folder, '--restore=notes');
    await json(other);
    await expectFinished(other, () => run(V2, other, ['update', '--restore', 'notes/']));
    for (const one of [folder, other]) {
      expect(read(one, 'notes/plan.md')).toContain('sharpened');
      expect(read(one, 'notes/gate.md')).toBe('How the gate is kept.\n');
    }
  });

  test('is a folder also when it is nested, and new files next to it come', async () => {
    const V3 = packageWith({
      'blocks/gate/files/notes/deep/new.md': 'new\n',
      'skeleton/files/notes/deep/old.md': 'old\n',
    });
    const folder = await repositoryOf(V3);
    commit(folder, { 'notes/deep': null });
    await expectFinished(folder, () => run(V3, folder, ['phase', '2']));
    expect(has(folder, 'notes/deep')).toBe(false);
    expect(has(folder, 'notes/gate.md')).toBe(true);
  });

  test('is no folder while a file of the user or of the template is in it', async () => {
    const [one, other] = [await repositoryOf(V1), await repositoryOf(V1)];
    commit(one, { notes: null });
    commit(one, { 'notes/mine.md': 'mine\n' });
    commit(other, { 'notes/plan.md': null });
    for (const folder of [one, other]) {
      await json(folder);
      expect(has(folder, 'notes/gate.md')).toBe(true);
    }
  });

  test('comes back in its new version with --restore', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'notes/plan.md': null });
    await json(folder, '--restore=notes/plan.md');
    expect(read(folder, 'notes/plan.md')).toContain('Point 6, sharpened, of');
  });

  test('and that the template deleted too is no conflict', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'docs/old.md': null });
    await json(folder);
    expect(has(folder, 'docs/old.md')).toBe(false);
  });
});

describe('what the template removed', () => {
  test('is gone when untouched, with the folder it empties', async () => {
    const V3 = packageWith(
      {
        ...SECOND,
        'skeleton/files/notes/plan.md': null,
        'skeleton/files/notes/ideas.md': null,
        'blocks/gate/files/notes/gate.md': null,
      },
      '0.3.0',
    );
    const folder = await repositoryOf(V1);
    const ended = await expectFinished(folder, () => run(V3, folder, ['phase', '2', '--json']));
    expect(JSON.parse(ended.stdout).removed).toEqual(
      ['docs/guide.md', 'docs/old.md', 'notes/ideas.md', 'notes/plan.md'].filter(
        (path) => !has(folder, path),
      ),
    );
    expect(has(folder, 'docs/old.md')).toBe(false);
    expect(has(folder, 'notes')).toBe(false);
  });
});

describe('what the template renamed', () => {
  test("takes the user's edits along", async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'docs/guide.md', 'Sentence 2 of', 'My sentence 2 of'));
    await json(folder);
    expect(has(folder, 'docs/guide.md')).toBe(false);
    expect(read(folder, 'docs/manual.md')).toContain('My sentence 2 of the guide.');
    expect(read(folder, 'docs/manual.md')).toContain('Sentence 12 of the manual.');
  });
});

describe('what the user renamed', () => {
  test('gets the changes of the template where it is now', async () => {
    const folder = await repositoryOf(V1);
    renameSync(join(folder, 'notes/plan.md'), join(folder, 'notes/road map.md'));
    commit(folder, edited(folder, 'notes/road map.md', 'Point 1 of', 'My point 1 of'));
    const plan = await json(folder);
    expect(has(folder, 'notes/plan.md')).toBe(false);
    expect(read(folder, 'notes/road map.md')).toContain('My point 1 of');
    expect(read(folder, 'notes/road map.md')).toContain('Point 6, sharpened, of');
    expect(JSON.stringify([plan.merged, plan.kept])).toContain('notes/road map.md');
  });

  test('as a folder gets changes and new files of the template there', async () => {
    const folder = await repositoryOf(V1);
    renameSync(join(folder, 'notes'), join(folder, 'writings'));
    commit(folder, {});
    await json(folder);
    expect(read(folder, 'writings/plan.md')).toContain('Point 6, sharpened, of');
    expect(read(folder, 'writings/gate.md')).toBe('How the gate is kept.\n');
    expect(has(folder, 'notes')).toBe(false);
  });

  test('as the package keeps its imports, and gets what the template adds to it', async () => {
    const folder = await repositoryOf(V1);
    renameSync(join(folder, 'src/churn'), join(folder, 'src/leaving'));
    commit(folder, edited(folder, 'src/leaving/model.py', 'LAYER_1 = 1', 'LAYER_1 = 11'));
    await json(folder);
    expect(read(folder, 'src/leaving/model.py')).toContain('LAYER_1 = 11');
    expect(read(folder, 'src/leaving/train.py')).toContain('value * 2');
    expect(read(folder, 'src/leaving/factory/gate.py')).toBe('OPEN = False\n');
    expect(has(folder, 'src/churn')).toBe(false);
  });

  test('and that the template renamed otherwise is a conflict that holds all edits', async () => {
    const folder = await repositoryOf(V1);
    mkdirSync(join(folder, 'docs/ours'));
    renameSync(join(folder, 'docs/guide.md'), join(folder, 'docs/ours/guidance.md'));
    commit(folder, edited(folder, 'docs/ours/guidance.md', 'Sentence 2 of', 'My sentence 2 of'));
    const ended = await upgrade(folder);
    expect(ended.code, ended.stderr).toBe(1);
    const texts = ['docs/ours/guidance.md', 'docs/manual.md']
      .filter((path) => has(folder, path))
      .map((path) => read(folder, path));
    expect(texts.join()).toContain('My sentence 2 of');
    expect(texts.join()).toContain('of the manual.');
    git(folder, 'merge', '--abort');
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test('and edited in the lines that the template changes is a conflict where it is now', async () => {
    const folder = await repositoryOf(V1);
    renameSync(join(folder, 'notes/plan.md'), join(folder, 'roadmap.md'));
    commit(folder, edited(folder, 'roadmap.md', 'Point 6 of', 'Our point 6 of'));
    await expectConflict(
      folder,
      () => upgrade(folder),
      ['roadmap.md'],
      () => {
        expect(read(folder, 'roadmap.md')).toContain('Our point 6 of');
        expect(read(folder, 'roadmap.md')).toContain('Point 6, sharpened, of');
      },
    );
  });
});
