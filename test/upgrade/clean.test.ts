import { describe, expect, test } from 'vitest';
import { readFiles } from '../support/folders.ts';
import { git, treeOf } from '../support/git.ts';
import {
  asGrace,
  commit,
  edited,
  expectFinished,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND, train } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');

describe('a clean upgrade', () => {
  test('keeps unrelated edits, brings every change of the template, and is one commit', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, {
      ...edited(folder, 'src/churn/model.py', 'LAYER_3 = 3', 'LAYER_3 = 33'),
      ...edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'),
      'src/churn/mine.py': 'MINE = True\n',
      'docs/own/page.md': 'Our own page.\n',
    });
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(read(folder, 'src/churn/model.py')).toContain('LAYER_3 = 33');
    expect(read(folder, 'src/churn/mine.py')).toBe('MINE = True\n');
    expect(read(folder, 'docs/own/page.md')).toBe('Our own page.\n');
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'notes/plan.md')).toContain('Point 6, sharpened, of');
    expect(read(folder, 'src/churn/train.py')).toBe(train('    value = value * 2'));
    expect(read(folder, 'gate.txt')).toBe('kept by the team\n');
    expect(read(folder, 'pyproject.toml')).toContain('"gatekeeper>=5,<6"');
  });

  test('without edits equals a new repository of that phase, byte for byte and mode for mode', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    const fresh = await repositoryOf(V2, ['--phase=2']);
    expect(readFiles(folder)).toEqual(readFiles(fresh));
    expect(treeOf(folder)).toEqual(treeOf(fresh));
  });

  test('to phase 3 at once equals 1 → 2 → 3 and a new repository of phase 3', async () => {
    const [once, twice] = [await repositoryOf(V1), await repositoryOf(V1)];
    await expectFinished(once, () => run(V1, once, ['phase', '3']));
    await expectFinished(twice, () => run(V1, twice, ['phase']));
    await expectFinished(twice, () => run(V1, twice, ['phase', '3']));
    const fresh = readFiles(await repositoryOf(V1, ['--phase=3']));
    expect(readFiles(once)).toEqual(fresh);
    expect(readFiles(twice)).toEqual(fresh);
  });

  test('twice is once: the second does nothing and HEAD stays', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'mine.txt': 'mine\n' });
    await run(V1, folder, ['phase', '2']);
    const head = git(folder, 'rev-parse', 'HEAD');
    const { code, stdout } = await run(V1, folder, ['phase', '2']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/phase 2.*nothing to do/i);
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    expectSound(folder);
  });

  test('takes the same change by the user and the template as one', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, {
      ...edited(folder, 'notes/plan.md', 'Point 6 of', 'Point 6, sharpened, of'),
      'src/churn/train.py': train('    value = value * 2'),
      'notes/gate.md': 'How the gate is kept.\n',
    });
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(read(folder, 'src/churn/train.py')).toBe(train('    value = value * 2'));
    expect(read(folder, 'notes/plan.md').match(/sharpened/g)).toHaveLength(1);
  });

  test('puts a change into the right one of several similar blocks', async () => {
    const folder = await repositoryOf(V1);
    const copy = train().slice(0, train().indexOf('def step_two')).replace('step_one', 'step_zero');
    commit(folder, { 'src/churn/train.py': copy + train() });
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(read(folder, 'src/churn/train.py')).toBe(copy + train('    value = value * 2'));
  });

  test('shows the same plan in a dry run, and does nothing then', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'));
    const head = git(folder, 'rev-parse', 'HEAD');
    const planned = await run(V2, folder, ['phase', '2', '--dry-run', '--json']);
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    expectSound(folder);
    const done = await run(V2, folder, ['phase', '2', '--json']);
    const [plan, result] = [JSON.parse(planned.stdout), JSON.parse(done.stdout)];
    for (const kind of ['added', 'changed', 'removed', 'merged', 'kept', 'conflicts']) {
      expect(plan[kind], kind).toEqual(result[kind]);
    }
    expect(plan.merged).toContainEqual(expect.objectContaining({ path: 'notes/plan.md' }));
    expect(plan.added).toContain('gate.txt');
    expect(result.commits).toEqual([git(folder, 'rev-parse', 'HEAD')]);
  });

  test('leaves untracked and ignored files elsewhere alone', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, {});
    const { writeFiles } = await import('../support/folders.ts');
    writeFiles(folder, { 'scratch.txt': 'mine', 'data/raw.csv': 'a,b\n', 'x.log': 'log' });
    const { code } = await run(V2, folder, ['phase', '2']);
    expect(code).toBe(0);
    expect(read(folder, 'scratch.txt')).toBe('mine');
    expect(read(folder, 'data/raw.csv')).toBe('a,b\n');
    expect(git(folder, 'status', '--porcelain')).toBe('?? scratch.txt');
  });

  test('is recorded in the name of the user, on the branch that was there', async () => {
    const folder = await repositoryOf(V1);
    asGrace(folder, 'switch', '--quiet', '-c', 'work');
    await expectFinished(folder, () => run(V1, folder, ['phase', '2']));
    expect(git(folder, 'symbolic-ref', '--short', 'HEAD')).toBe('work');
    expect(git(folder, 'log', '-1', '--format=%an <%ae>')).toBe('Ada Lovelace <ada@example.com>');
    expect(git(folder, 'rev-parse', 'main')).toBe(git(folder, 'rev-parse', 'work~1'));
    expect(has(folder, 'gate.txt')).toBe(true);
  });
});
