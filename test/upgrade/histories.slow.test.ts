import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import {
  asGrace,
  commit,
  conflictsIn,
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
const V3 = packageWith(
  {
    ...SECOND,
    'skeleton/files/notes/plan.md': String(SECOND['skeleton/files/notes/plan.md']).replace(
      'Point 9 of',
      'Point 9, added later, of',
    ),
  },
  '0.3.0',
);
const EDIT = ['notes/plan.md', 'Point 1 of', 'My point 1 of'] as const;

/** A project with edits, raised to phase 2 on a branch of its own. */
async function raisedOnBranch(): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n', 'docs/old.md': null });
  asGrace(folder, 'switch', '--quiet', '-c', 'raise');
  expect((await run(V2, folder, ['phase', '2'])).code).toBe(0);
  asGrace(folder, 'switch', '--quiet', 'main');
  return folder;
}

/** The next upgrade brings what is new, and every edit is there. */
async function expectNextIsRight(folder: string) {
  commit(folder, edited(folder, 'notes/ideas.md', 'Idea 3.', 'My idea 3.'));
  await expectFinished(folder, () => run(V3, folder, ['phase', '3']));
  expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
  expect(read(folder, 'notes/plan.md')).toContain('Point 6, sharpened, of');
  expect(read(folder, 'notes/plan.md')).toContain('Point 9, added later, of');
  expect(read(folder, 'notes/ideas.md')).toContain('My idea 3.');
  expect(read(folder, 'mine.txt')).toBe('mine\n');
  expect(has(folder, 'late.txt') && has(folder, 'gate.txt')).toBe(true);
  expect(has(folder, 'docs/old.md')).toBe(false);
}

describe('after an upgrade that was', () => {
  test('squash-merged, the next one has no conflict that is not real', async () => {
    const folder = await raisedOnBranch();
    asGrace(folder, 'merge', '--quiet', '--squash', 'raise');
    asGrace(folder, 'commit', '--quiet', '-m', 'Raise (#12)');
    asGrace(folder, 'branch', '--quiet', '-D', 'raise');
    await expectNextIsRight(folder);
  });

  test('rebase-merged onto more work, nothing is lost', async () => {
    const folder = await raisedOnBranch();
    commit(folder, { 'docs/work.md': 'Work of a colleague.\n' });
    asGrace(folder, 'rebase', '--quiet', 'main', 'raise');
    asGrace(folder, 'switch', '--quiet', 'main');
    asGrace(folder, 'merge', '--quiet', '--ff-only', 'raise');
    await expectNextIsRight(folder);
    expect(read(folder, 'docs/work.md')).toBe('Work of a colleague.\n');
  });

  test('merged with a merge commit, the next one is right', async () => {
    const folder = await raisedOnBranch();
    commit(folder, { 'docs/work.md': 'Work of a colleague.\n' });
    asGrace(folder, 'merge', '--quiet', '--no-ff', '-m', 'Merge', 'raise');
    await expectNextIsRight(folder);
  });

  test('cherry-picked, the next one is right', async () => {
    const folder = await raisedOnBranch();
    commit(folder, { 'docs/work.md': 'Work of a colleague.\n' });
    const mainline =
      git(folder, 'rev-list', '--parents', '-1', 'raise').split(' ').length > 2 ? ['-m', '1'] : [];
    asGrace(folder, 'cherry-pick', ...mainline, 'raise');
    await expectNextIsRight(folder);
  });

  test('reverted, it can be repeated', async () => {
    const folder = await raisedOnBranch();
    asGrace(folder, 'merge', '--quiet', '--ff-only', 'raise');
    const mainline =
      git(folder, 'rev-list', '--parents', '-1', 'HEAD').split(' ').length > 2 ? ['-m', '1'] : [];
    asGrace(folder, 'revert', '--no-edit', ...mainline, 'HEAD');
    expect(has(folder, 'gate.txt')).toBe(false);
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(read(folder, 'gate.txt')).toBe('kept by the team\n');
    await expectNextIsRight(folder);
  });

  test('done apart on two branches, they merge, and the next one is right', async () => {
    const folder = await raisedOnBranch();
    commit(folder, { 'docs/work.md': 'Work of a colleague.\n' });
    expect((await run(V2, folder, ['phase', '2'])).code).toBe(0);
    asGrace(folder, 'merge', '--quiet', '--no-edit', 'raise');
    expectSound(folder);
    await expectNextIsRight(folder);
  });
});

describe('with a first commit that was', () => {
  test('amended with edits in it, those are edits and not the base', async () => {
    const folder = await repositoryOf(V1);
    writeFiles(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n' });
    asGrace(folder, 'rm', '--quiet', 'docs/old.md');
    asGrace(folder, 'add', '-A');
    asGrace(folder, 'commit', '--quiet', '--amend', '--no-edit');
    expect(git(folder, 'log', '-1', '--format=%B')).toContain('Nimble-ML-Baseline:');
    await expectNextIsRight(folder);
  });

  test('squashed together with later ones, the same', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n', 'docs/old.md': null });
    const all = asGrace(
      folder,
      'commit-tree',
      'HEAD^{tree}',
      '-m',
      git(folder, 'log', '--format=%B'),
    );
    git(folder, 'update-ref', 'refs/heads/main', all);
    await expectNextIsRight(folder);
  });

  test('rewritten by a filter that drops a file from all of history', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n', 'docs/old.md': null });
    const env = { ...process.env, FILTER_BRANCH_SQUELCH_WARNING: '1' };
    execFileSync(
      'git',
      ['filter-branch', '-f', '--index-filter', 'git rm -q --cached --ignore-unmatch run', 'HEAD'],
      { cwd: folder, env, stdio: 'ignore' },
    );
    git(folder, 'update-ref', '-d', 'refs/original/refs/heads/main');
    git(folder, 'reset', '--quiet', '--hard');
    await expectNextIsRight(folder);
    expect(has(folder, 'run')).toBe(false);
  });

  test('imported into another repository as one commit of a colleague: what is lost is named', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n', 'docs/old.md': null });
    const only = asGrace(folder, 'commit-tree', 'HEAD^{tree}', '-m', 'Initial commit');
    git(folder, 'update-ref', 'refs/heads/main', only);
    git(folder, 'reflog', 'expire', '--expire=now', '--all');
    git(folder, 'gc', '--quiet', '--prune=now');
    const ended = await expectFinished(folder, () => run(V3, folder, ['phase', '3', '--json']));
    expect(JSON.parse(ended.stdout).base).toEqual({
      from: 'lock',
      rerendered: ['docs/old.md', 'notes/plan.md'],
    });
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'src/churn/train.py')).toContain('value * 2');
    expect(has(folder, 'docs/old.md')).toBe(false);
  });

  test('called a baseline only by its message', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { ...edited(folder, ...EDIT), 'mine.txt': 'mine\n', 'docs/old.md': null });
    const tree = git(folder, 'rev-parse', 'HEAD^{tree}');
    asGrace(
      folder,
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      `Ours\n\nNimble-ML-Baseline: phase=1 version=0.1.0 tree=${tree}`,
    );
    await expectNextIsRight(folder);
  });
});

test('a first commit that was amended with edits is not believed, with the lock file gone too', async () => {
  const folder = await repositoryOf(V1);
  writeFiles(folder, edited(folder, ...EDIT));
  rmSync(join(folder, '.nimble-ml.lock.json'));
  asGrace(folder, 'commit', '--quiet', '--all', '--amend', '--no-edit');
  expect(git(folder, 'log', '-1', '--format=%B')).toContain('Nimble-ML-Baseline: phase=1');
  const ended = await run(V2, folder, ['phase', '2']);
  expect([0, 1], ended.stderr).toContain(ended.code);
  expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
});

test('a merge of the user in which conflicts were resolved is the base of nothing but what it says', async () => {
  const folder = await repositoryOf(V1);
  commit(folder, edited(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of'));
  expect((await run(V2, folder, ['phase', '2'])).code).toBe(1);
  expect(conflictsIn(folder)).toEqual(['notes/plan.md']);
  const resolved = read(folder, 'notes/plan.md').replace(
    /<<<<<<<.*\n(.*\n)=======\n.*\n>>>>>>>.*\n/,
    '$1',
  );
  writeFiles(folder, { 'notes/plan.md': resolved });
  asGrace(folder, 'commit', '--quiet', '-a', '--no-edit');
  await expectFinished(folder, () => run(V3, folder, ['phase', '3']));
  expect(read(folder, 'notes/plan.md')).toContain('Our point 6 of');
  expect(read(folder, 'notes/plan.md')).not.toContain('sharpened');
  expect(read(folder, 'notes/plan.md')).toContain('Point 9, added later, of');
});

test('an aborted upgrade can be repeated, and ends in the same conflict', async () => {
  const folder = await repositoryOf(V1);
  commit(folder, edited(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of'));
  for (let time = 0; time < 2; time++) {
    await expectConflict(folder, () => run(V2, folder, ['phase', '2']), ['notes/plan.md']);
  }
});
