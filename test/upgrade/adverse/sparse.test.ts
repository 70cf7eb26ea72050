import { describe, expect, test } from 'vitest';
import { writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import {
  asGrace,
  commit,
  conflictsIn,
  edited,
  expectFinished,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { snapshotAll, withoutTraces } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const upgrade = (folder: string) => run(V2, folder, ['phase', '2']);

/** A sparse checkout without `notes/`, where both sides change `notes/plan.md`. */
async function sparse(args: readonly string[], conflict: boolean): Promise<string> {
  const folder = await repositoryOf(V1);
  const from = conflict ? 'Point 6 of' : 'Point 1 of';
  commit(folder, edited(folder, 'notes/plan.md', from, 'My point of'));
  git(folder, 'sparse-checkout', 'set', ...args);
  expect(has(folder, 'notes/plan.md')).toBe(false);
  return folder;
}

const KINDS: [string, string[]][] = [
  ['cones', ['--cone', 'docs', 'src']],
  ['cones and a sparse index', ['--cone', '--sparse-index', 'docs', 'src']],
  ['patterns', ['--no-cone', '/*', '!/notes/']],
];

describe.each(KINDS)('in a sparse checkout with %s', (_what, args) => {
  test('a file that is not there and is in conflict is put there, to be resolved', async () => {
    const folder = await sparse(args, true);
    const before = withoutTraces(snapshotAll(folder));
    const ended = await upgrade(folder);
    expect(ended.code, ended.stderr).toBe(1);
    expect(conflictsIn(folder)).toEqual(['notes/plan.md']);
    const text = read(folder, 'notes/plan.md');
    expect(text).toContain('<<<<<<< nimble-ml/yours');
    expect(text).toMatch(/My point of/);
    expect(text).toMatch(/sharpened/);
    expect(has(folder, 'notes/ideas.md')).toBe(false);
    git(folder, 'merge', '--abort');
    expect(git(folder, 'status', '--porcelain')).toBe('');
    git(folder, 'sparse-checkout', 'reapply'); // git leaves a file that was in conflict there
    expect(withoutTraces(snapshotAll(folder))).toEqual(before);
  });

  test('it is resolved and committed as usual, and nothing else is', async () => {
    const folder = await sparse(args, true);
    expect((await upgrade(folder)).code).toBe(1);
    commitResolved(folder);
    expect(git(folder, 'show', 'HEAD:notes/plan.md')).toContain('My point of');
    expect(git(folder, 'show', 'HEAD:notes/ideas.md')).toContain('Idea 1.');
    expect(git(folder, 'show', 'HEAD:notes/gate.md')).toContain('gate');
    git(folder, 'sparse-checkout', 'disable');
    expectSound(folder);
  });

  test('a merge without a conflict is in the commit, and new files stay out of the folder', async () => {
    const folder = await sparse(args, false);
    await expectFinished(folder, () => upgrade(folder));
    expect(has(folder, 'notes')).toBe(false);
    expect(has(folder, 'src/churn/factory/gate.py')).toBe(true);
    git(folder, 'sparse-checkout', 'disable');
    expect(read(folder, 'notes/plan.md')).toContain('My point of');
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
    expect(has(folder, 'notes/gate.md')).toBe(true);
    expectSound(folder);
  });
});

/** Takes both lines, as a user would. */
function commitResolved(folder: string): void {
  const text = read(folder, 'notes/plan.md').replace(/^(<<<<<<<|=======|>>>>>>>).*\n/gm, '');
  writeFiles(folder, { 'notes/plan.md': text });
  git(folder, 'add', '--sparse', 'notes/plan.md');
  asGrace(folder, 'commit', '--quiet', '--no-edit');
}
