import { describe, expect, test } from 'vitest';
import { readFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import {
  commit,
  edited,
  expectFinished,
  expectRefused,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const OURS = 'generator-nimble-ml';
const state = (folder: string) => JSON.parse(read(folder, '.yo-rc.json'))[OURS];

describe('answers', () => {
  test('that change with the upgrade change what depends on them, next to the edits', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, 'pyproject.toml', 'line-length = 100', 'line-length = 120'));
    await expectFinished(folder, () =>
      run(V2, folder, ['phase', '2', '--description=Who leaves us']),
    );
    expect(read(folder, 'pyproject.toml')).toContain('description = "Who leaves us"');
    expect(read(folder, 'pyproject.toml')).toContain('line-length = 120');
    expect(state(folder).answers.description).toBe('Who leaves us');
  });

  test('to a new question are given by flag, stored, and not asked again', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V1, folder, ['phase', '2', '--keeper=Grace']));
    expect(read(folder, 'gate.txt')).toBe('kept by Grace\n');
    expect(state(folder).answers.keeper).toBe('Grace');
    await expectFinished(folder, () => run(V2, folder, ['update']));
    expect(read(folder, 'gate.txt')).toBe('kept by Grace\n');
  });

  test('can change without anything else by "update"', async () => {
    const folder = await repositoryOf(V1);
    await expectFinished(folder, () => run(V1, folder, ['update', '--author=Grace']));
    expect(read(folder, 'about.toml')).toContain('author = "Grace"');
    expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(V1, ['--author=Grace'])));
  });

  test('the name too: the package moves, and the edits in it follow', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, {
      ...edited(folder, 'src/churn/model.py', 'LAYER_3 = 3', 'LAYER_3 = 33'),
      'src/churn/mine.py': 'MINE = 1\n',
    });
    await expectFinished(folder, () => run(V1, folder, ['update', '--name=leaving']));
    expect(read(folder, 'src/leaving/model.py')).toContain('LAYER_3 = 33');
    expect(has(folder, 'src/churn/model.py')).toBe(false);
    expect(has(folder, 'src/leaving/mine.py') || has(folder, 'src/churn/mine.py')).toBe(true);
  });

  test("of other generators in the same file stay, and so do their bytes' meaning", async () => {
    const folder = await repositoryOf(V1);
    const all = { 'generator-other': { a: [1, 'é'] }, ...JSON.parse(read(folder, '.yo-rc.json')) };
    commit(folder, { '.yo-rc.json': `${JSON.stringify(all, null, 4)}\n` });
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    const after = JSON.parse(Buffer.from(read(folder, '.yo-rc.json'), 'latin1').toString());
    expect(after['generator-other']).toEqual({ a: [1, 'é'] });
    expect(after[OURS].phase).toBe(2);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['that are no JSON', (text) => text.slice(0, -5), /not JSON/],
    [
      'with markers of a conflict',
      (text) => `<<<<<<< HEAD\n${text}=======\n>>>>>>> x\n`,
      /not JSON/,
    ],
    ['that miss the phase', (text) => text.replace('"phase": 1,', ''), /"phase"/],
    [
      'with a phase that is a word',
      (text) => text.replace('"phase": 1', '"phase": "eins"'),
      /"phase"/,
    ],
    [
      'with a modality that does not exist',
      (text) => text.replace('"modality": "tabular"', '"modality": "tabulous"'),
      /tabulous/,
    ],
    [
      'with an answer that is not allowed',
      (text) => text.replace('"task": "classes"', '"task": "clases"'),
      /clases/,
    ],
    ['of no generator', () => '{}\n', /generator-nimble-ml/],
  ])('%s are refused by name', async (_what, change, reason) => {
    const folder = await repositoryOf(V1);
    const text = read(folder, '.yo-rc.json');
    expect(change(text)).not.toBe(text);
    commit(folder, { '.yo-rc.json': change(text) });
    await expectRefused(folder, () => run(V1, folder, ['phase', '2']), reason);
  });
});

test('a list of blocks that was changed by hand is not used', async () => {
  const folder = await repositoryOf(V1);
  commit(folder, edited(folder, '.yo-rc.json', '"tracker"', '"trakcer"'));
  await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
  expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(V2, ['--phase=2'])));
});

describe('the lock file', () => {
  const EDIT = ['notes/plan.md', 'Point 1 of', 'My point 1 of'] as const;

  /** A repository with edits whose lock file was changed by hand; its first commit is of no use. */
  async function lost(lock: (text: string) => string | null) {
    const folder = await repositoryOf(V1);
    const changed = lock(read(folder, '.nimble-ml.lock.json'));
    commit(folder, { ...edited(folder, ...EDIT), '.nimble-ml.lock.json': changed });
    return folder;
  }
  const rewrite = (folder: string) => {
    const commitId = git(
      folder,
      '-c',
      'user.name=G',
      '-c',
      'user.email=g@h.i',
      'commit-tree',
      'HEAD^{tree}',
      '-m',
      'All of it',
    );
    git(folder, 'update-ref', 'refs/heads/main', commitId);
    git(folder, 'reflog', 'expire', '--expire=now', '--all');
    git(folder, 'gc', '--prune=now', '--quiet');
  };

  test.each<[string, (text: string) => string | null]>([
    ['missing', () => null],
    ['no JSON', () => '{"files": {'],
    ['of another schema', () => '{"schema": 99, "files": {}}\n'],
    ['full of wrong ids', (text) => text.replace(/[0-9a-f]{40}/g, 'a'.repeat(40))],
  ])('%s: the first commit is the base, and nothing is lost', async (_what, change) => {
    const folder = await lost(change);
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
    expect(read(folder, '.nimble-ml.lock.json')).toBe(
      read(await repositoryOf(V2, ['--phase=2']), '.nimble-ml.lock.json'),
    );
  });

  test('alone is enough: with history rewritten, the base comes from its ids', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, edited(folder, ...EDIT));
    rewrite(folder);
    const ended = await expectFinished(folder, () => run(V2, folder, ['phase', '2', '--json']));
    expect(JSON.parse(ended.stdout).base.from).not.toBe('baseline');
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(read(folder, 'src/churn/train.py')).toContain('value * 2');
  });

  test('and history both lost: the base is what this version writes, and the plan says so', async () => {
    const folder = await lost(() => null);
    rewrite(folder);
    const ended = await run(V1, folder, ['phase', '2', '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout).base.from).toBe('render');
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(has(folder, 'gate.txt')).toBe(true);
  });
});
