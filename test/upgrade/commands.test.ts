import { describe, expect, test } from 'vitest';
import { blockYaml } from '../support/blocks.ts';
import { readFiles } from '../support/folders.ts';
import { git, treeOf } from '../support/git.ts';
import {
  commit,
  edited,
  expectConflict,
  expectFinished,
  expectRefused,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith({
  'blocks/dependent/block.yaml': blockYaml('dependent', { phase: 'never', requires: ['vault'] }),
  'blocks/dependent/files/dependent.txt': 'dependent\n',
  'blocks/vault/block.yaml': blockYaml('vault', { phase: 'never', provides: ['vault'] }),
  'blocks/vault/files/vault.txt': 'vault\n',
});
const V2 = packageWith(SECOND, '0.2.0');
const mine = (folder: string) => edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of');

describe('add', () => {
  test('brings a block, and what it requires', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    const ended = await expectFinished(folder, () =>
      run(V1, folder, ['add', 'dependent', '--json']),
    );
    expect(JSON.parse(ended.stdout).added).toEqual(['dependent.txt', 'vault.txt']);
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
  });

  test('of what is there does nothing', async () => {
    const folder = await repositoryOf(V1);
    const head = git(folder, 'rev-parse', 'HEAD');
    expect((await run(V1, folder, ['add', 'tracker'])).code).toBe(0);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    expectSound(folder);
  });

  test('then a phase equals a new repository of that phase with the block, byte for byte', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V1, folder, ['add', 'extra']));
    await expectFinished(folder, () => run(V1, folder, ['phase', '2']));
    const fresh = await repositoryOf(V1, ['--phase=2', '--with=extra']);
    expect(readFiles(folder)).toEqual(readFiles(fresh));
  });

  test('of a block that a later phase brings, then that phase, is no conflict and equals it', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V1, folder, ['add', 'gate', '--keeper=Grace']));
    await expectFinished(folder, () => run(V1, folder, ['phase', '2']));
    const fresh = await repositoryOf(V1, ['--phase=2', '--keeper=Grace', '--with=gate']);
    expect(treeOf(folder)).toEqual(treeOf(fresh));
  });
});

describe('swap', () => {
  test('exchanges one provider: files, dependencies, slots and tasks of the old one leave; there and back is byte-equal', async () => {
    const folder = await repositoryOf(V1, ['--phase=2']);
    commit(folder, mine(folder));
    const before = treeOf(folder);
    await expectFinished(folder, () => run(V1, folder, ['swap', 'tracking', 'replacement']));
    expect(read(folder, 'src/churn/tracking.py')).toContain('replacement');
    expect(has(folder, 'tracker.txt')).toBe(false);
    for (const path of ['pyproject.toml', 'about.toml', '.gitignore', 'README.md']) {
      expect(read(folder, path)).not.toMatch(/"tracker|runs\.db/);
    }
    expect(read(folder, 'pyproject.toml')).toContain('"replacement>=3,<4"');
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    await expectFinished(folder, () => run(V1, folder, ['swap', 'tracking', 'tracker']));
    expect(treeOf(folder)).toEqual(before);
  });

  test('makes edits in files of the old provider a conflict, never a loss', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, {
      ...edited(folder, 'src/churn/tracking.py', 'return "tracker"', 'return "our tracker"'),
      'tracker.txt': 'server: ours\n',
    });
    await expectConflict(
      folder,
      () => run(V1, folder, ['swap', 'tracking', 'replacement']),
      ['src/churn/tracking.py', 'tracker.txt'],
      () => {
        expect(read(folder, 'src/churn/tracking.py')).toContain('our tracker');
        expect(read(folder, 'tracker.txt')).toBe('server: ours\n');
      },
    );
  });

  test('to what is there does nothing', async () => {
    const folder = await repositoryOf(V1);
    const head = git(folder, 'rev-parse', 'HEAD');
    expect((await run(V1, folder, ['swap', 'tracking', 'tracker'])).code).toBe(0);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
  });

  test('stays swapped in the next phase', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V1, folder, ['swap', 'tracking', 'replacement']));
    await expectFinished(folder, () => run(V1, folder, ['phase', '2']));
    expect(read(folder, 'src/churn/tracking.py')).toContain('replacement');
    expect(has(folder, 'tracker.txt')).toBe(false);
  });
});

describe('remove', () => {
  test('takes a block out, and adding it again brings back every byte', async () => {
    const folder = await repositoryOf(V1, ['--with=extra']);
    commit(folder, mine(folder));
    const before = treeOf(folder);
    await expectFinished(folder, () => run(V1, folder, ['remove', 'extra']));
    expect(has(folder, 'extra.txt')).toBe(false);
    await expectFinished(folder, () => run(V1, folder, ['add', 'extra']));
    expect(treeOf(folder)).toEqual(before);
  });

  test('keeps edits in its files as a conflict', async () => {
    const folder = await repositoryOf(V1, ['--with=extra']);
    commit(folder, { 'extra.txt': 'extra\nand ours\n' });
    await expectConflict(
      folder,
      () => run(V1, folder, ['remove', 'extra']),
      ['extra.txt'],
      () => {
        expect(read(folder, 'extra.txt')).toContain('and ours');
      },
    );
  });

  test('of a block of the phase keeps it out of the next phase too', async () => {
    const folder = await repositoryOf(V1, ['--phase=2']);
    await expectFinished(folder, () => run(V1, folder, ['remove', 'gate']));
    expect(has(folder, 'gate.txt')).toBe(false);
    await expectFinished(folder, () => run(V1, folder, ['phase', '3']));
    expect(has(folder, 'gate.txt')).toBe(false);
    expect(has(folder, 'late.txt')).toBe(true);
  });

  test('is refused while something requires it, and says what', async () => {
    const folder = await repositoryOf(V1, ['--with=dependent']);
    await expectRefused(folder, () => run(V1, folder, ['remove', 'vault']), /dependent/);
  });
});

describe('update', () => {
  test('brings newer templates to a repository of a version that is no longer installed', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, mine(folder));
    const ended = await expectFinished(folder, () => run(V2, folder, ['update', '--json']));
    const plan = JSON.parse(ended.stdout);
    expect(plan).toMatchObject({
      from: { phase: 1, version: '0.1.0' },
      to: { phase: 1, version: '0.2.0' },
    });
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
    expect(has(folder, 'docs/manual.md') && !has(folder, 'gate.txt')).toBe(true);
  });

  test('without edits equals a new repository, and without news does nothing', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V2, folder, ['update']));
    expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(V2)));
    const head = git(folder, 'rev-parse', 'HEAD');
    expect((await run(V2, folder, ['update'])).code).toBe(0);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
  });
});

describe('status', () => {
  test('says what the user changed, deleted and renamed, and what would come', async () => {
    const folder = await repositoryOf(V1);
    git(folder, 'mv', 'notes/ideas.md', 'notes/thoughts.md');
    commit(folder, { ...mine(folder), 'docs/old.md': null, 'mine.txt': 'mine\n' });
    const head = git(folder, 'rev-parse', 'HEAD');
    const { code, stdout, stderr } = await run(V2, folder, ['status', '--json']);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'status',
      phase: 1,
      version: '0.1.0',
      installed: '0.2.0',
      edited: ['notes/plan.md'],
      deleted: ['docs/old.md'],
      renamed: [{ from: 'notes/ideas.md', to: 'notes/thoughts.md' }],
      nextPhase: { phase: 2 },
    });
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    const plain = await run(V2, folder, ['status']);
    expect(plain.stdout).toMatch(/Phase 1/);
    expectSound(folder);
  });

  test('works where an upgrade would be refused: in a dirty folder, in mid-merge', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'notes/plan.md', 'Point 6 of', 'My point of'));
    expect((await run(V2, folder, ['phase', '2'])).code).toBe(1);
    expect((await run(V2, folder, ['status'])).code).toBe(0);
  });
});
