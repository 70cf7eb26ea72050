import { describe, expect, test } from 'vitest';
import { blockYaml, QUESTIONS } from '../support/blocks.ts';
import { readFiles, writeFiles } from '../support/folders.ts';
import {
  commit,
  expectConflict,
  expectFinished,
  expectRefused,
  has,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith, SECOND, type Templates } from './support/templates.ts';

/** Blocks of the first version: one that comes by itself, one that is asked for, one that comes by an answer. */
const FIRST: Templates = {
  'blocks/gone/block.yaml': blockYaml('gone', {
    provides: ['going'],
    requires: ['tracking'],
    entries: { dependencies: { goner: '>=1,<2' }, commands: { go: 'go away' } },
  }),
  'blocks/gone/files/gone.txt': 'gone\n',
  'blocks/gone/files/src/nimble_package/gone.py': 'import goner  # nimble_package\n',
  'blocks/asked/block.yaml': blockYaml('asked', { phase: 'never' }),
  'blocks/asked/files/asked.txt': 'asked\n',
};

/** The same templates without some blocks. */
function without(...ids: string[]): Templates {
  const all = { ...FIRST, 'blocks/tracker/files/src/nimble_package/tracking.py': '' };
  const left = Object.keys(all).filter((path) =>
    ids.some((id) => path.startsWith(`blocks/${id}/`)),
  );
  const extra = ids.includes('tracker')
    ? ['blocks/tracker/block.yaml', 'blocks/tracker/files/tracker.txt.ejs']
    : [];
  return { ...FIRST, ...Object.fromEntries([...left, ...extra].map((path) => [path, null])) };
}

const V1 = packageWith(FIRST);
const V2 = packageWith({ ...without('gone', 'asked'), ...SECOND }, '0.2.0');
const state = (folder: string) => JSON.parse(read(folder, '.yo-rc.json'))['generator-nimble-ml'];

describe('a block that is no longer shipped', () => {
  test('stays with its files and entries when the rest is updated, and one line names it', async () => {
    const folder = await repositoryOf(V1, ['--with=asked']);
    const { stdout } = await expectFinished(folder, () => run(V2, folder, ['update']));
    expect(read(folder, 'gone.txt')).toBe('gone\n');
    expect(read(folder, 'asked.txt')).toBe('asked\n');
    expect(read(folder, 'src/churn/gone.py')).toBe('import goner  # churn\n');
    expect(read(folder, 'pyproject.toml')).toContain('goner>=1,<2');
    expect(read(folder, 'README.md')).toContain('| `go` | go away |');
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
    const lines = stdout.split('\n').filter((line) => /not part of nimble-ml 0\.2\.0/.test(line));
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).toMatch(/"gone".*gone\.txt, src\/churn\/gone\.py.*remove gone/);
    expect(state(folder).blocks).toEqual(['asked', 'gone', 'tracker']);
  });

  test('changes nothing at the second update, and still comes along to the next phase', async () => {
    const folder = await repositoryOf(V1);
    await run(V2, folder, ['update']);
    const before = readFiles(folder);
    const again = await run(V2, folder, ['update']);
    expect(again).toMatchObject({ code: 0 });
    expect(readFiles(folder)).toEqual(before);
    await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
    expect(has(folder, 'gone.txt') && has(folder, 'gate.txt')).toBe(true);
  });

  test('keeps the edits of the team in its files', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'gone.txt': 'gone\nmine\n' });
    await expectFinished(folder, () => run(V2, folder, ['update']));
    expect(read(folder, 'gone.txt')).toBe('gone\nmine\n');
    await expectConflict(folder, () => run(V2, folder, ['remove', 'gone']), ['gone.txt']);
  });

  test('can be removed, before and after an update, with its files and entries', async () => {
    for (const commands of [[], ['update']]) {
      const folder = await repositoryOf(V1, ['--with=asked']);
      for (const command of commands) await run(V2, folder, [command]);
      await expectFinished(folder, () => run(V2, folder, ['remove', 'gone', 'asked']));
      for (const path of ['gone.txt', 'asked.txt', 'src/churn/gone.py'])
        expect(has(folder, path), path).toBe(false);
      expect(read(folder, 'pyproject.toml')).not.toContain('goner');
      expect(read(folder, 'README.md')).not.toContain('go away');
      expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(V2)));
    }
  });

  test('was removed before: the saved list that names it stops nothing', async () => {
    const folder = await repositoryOf(V1, ['--without=gone']);
    await expectFinished(folder, () => run(V2, folder, ['update']));
    expect(has(folder, 'gone.txt')).toBe(false);
    expect(read(folder, 'notes/plan.md')).toContain('sharpened');
  });

  test('cannot be added again, and status still works', async () => {
    const folder = await repositoryOf(V1);
    const { code, stdout } = await run(V2, folder, ['status']);
    expect(code).toBe(0);
    expect(stdout).toContain('"gone" is not part of nimble-ml 0.2.0');
    await expectFinished(folder, () => run(V2, folder, ['remove', 'gone']));
    await expectRefused(folder, () => run(V2, folder, ['add', 'gone']), /"gone" is not a block/);
  });

  test('keeps what it requires, and what requires it', async () => {
    const folder = await repositoryOf(V1);
    await expectRefused(folder, () => run(V2, folder, ['remove', 'tracker']), /"gone" requires/);
  });

  test('is not replaced by another provider until the team swaps it', async () => {
    const folder = await repositoryOf(V1);
    const other = packageWith(
      {
        ...without('tracker'),
        'blocks/replacement/block.yaml': blockYaml('replacement', {
          provides: ['tracking'],
          entries: { dependencies: { replacement: '>=3,<4' } },
        }),
      },
      '0.2.0',
    );
    await expectFinished(folder, () => run(other, folder, ['update']));
    expect(read(folder, 'src/churn/tracking.py')).toContain('"tracker"');
    expect(read(folder, 'pyproject.toml')).not.toContain('replacement');
    await expectFinished(folder, () => run(other, folder, ['phase', '2']));
    await expectFinished(folder, () => run(other, folder, ['swap', 'tracking', 'replacement']));
    expect(read(folder, 'src/churn/tracking.py')).toContain('"replacement"');
    expect(read(folder, 'pyproject.toml')).not.toContain('"tracker>');
  });

  test('came by an answer that is no longer a choice: the answer stays', async () => {
    const cloud = (id: string) => ({
      [`blocks/${id}/block.yaml`]: blockYaml(id, { provides: ['cloud'], when: { place: id } }),
      [`blocks/${id}/files/${id}.tf`]: `# ${id}\n`,
    });
    const asks = {
      'modalities/tabular/block.yaml': blockYaml('tabular', {
        options: {
          task: { ask: 'Which task?', default: 'classes', choices: ['classes', 'numbers'] },
          place: { ask: 'Where?', default: 'here' },
        },
      }),
    };
    const both = packageWith({ ...asks, ...cloud('here'), ...cloud('there') });
    const one = packageWith({ ...asks, ...cloud('here'), ...SECOND }, '0.2.0');
    const folder = await repositoryOf(both, ['--place=there']);
    await expectFinished(folder, () => run(one, folder, ['update']));
    expect(read(folder, 'there.tf')).toBe('# there\n');
    expect(has(folder, 'here.tf')).toBe(false);
    await expectFinished(folder, () => run(one, folder, ['update', '--place=here']));
    expect([has(folder, 'there.tf'), has(folder, 'here.tf')]).toEqual([false, true]);
  });

  test('is no longer for this modality: it stays in the repositories that have it', async () => {
    const folder = await repositoryOf(V1);
    const narrower = blockYaml('gone', { modalities: ['vision'] });
    const pkg = packageWith({ ...FIRST, ...SECOND, 'blocks/gone/block.yaml': narrower }, '0.2.0');
    await expectFinished(folder, () => run(pkg, folder, ['update']));
    expect(read(folder, 'gone.txt')).toBe('gone\n');
  });

  test('is one that no longer comes by itself: it stays in the repositories that have it', async () => {
    const folder = await repositoryOf(V1);
    const asked = blockYaml('gone', { phase: 'never', provides: ['going'] });
    const pkg = packageWith({ ...FIRST, ...SECOND, 'blocks/gone/block.yaml': asked }, '0.2.0');
    await expectFinished(folder, () => run(pkg, folder, ['update']));
    expect(read(folder, 'gone.txt')).toBe('gone\n');
    expect(state(folder).answers.with).toEqual(['gone']);
  });
});

test('a block of a folder that is not named is asked for, and removed without it', async () => {
  const pkg = packageWith();
  const folder = await repositoryOf(pkg);
  const ours = `${folder}/../ours`;
  writeFiles(ours, {
    'blocks/ledger/block.yaml': blockYaml('ledger'),
    'blocks/ledger/files/ledger.txt': 'entries\n',
  });
  await expectFinished(folder, () => run(pkg, folder, ['update', `--blocks=${ours}`]));
  await expectRefused(folder, () => run(pkg, folder, ['update']), /"ledger".*--blocks DIR/);
  await expectFinished(folder, () => run(pkg, folder, ['remove', 'ledger']));
  expect(has(folder, 'ledger.txt')).toBe(false);
});

const SKELETON = blockYaml('skeleton', {
  options: { ...QUESTIONS, modality: { ...QUESTIONS.modality, default: 'tables' } },
  provides: ['environment'],
  slots: {
    needs: { file: 'about.toml' },
    dependencies: { file: 'pyproject.toml' },
    ignored: { file: '.gitignore' },
    commands: { file: 'README.md' },
  },
});

describe('former names', () => {
  test('of a modality, a question and a choice keep what the team answered', async () => {
    const options = {
      task: { ask: 'Which task?', default: 'classes', choices: ['classes', 'numbers'] },
    };
    const one = packageWith({
      'modalities/tabular/block.yaml': blockYaml('tabular', { options }),
    });
    const renamed = packageWith(
      {
        ...SECOND,
        'skeleton/block.yaml': SKELETON,
        'modalities/tabular/block.yaml': null,
        'modalities/tabular/files/task.txt.ejs': null,
        'modalities/tables/block.yaml': blockYaml('tables', {
          aliases: ['tabular'],
          options: {
            goal: {
              ask: 'Which goal?',
              default: 'labels',
              choices: ['labels', 'values'],
              aliases: ['task'],
              formerChoices: { classes: 'labels', numbers: 'values' },
            },
          },
        }),
        'modalities/tables/files/task.txt.ejs': '<%= goal %>\n',
      },
      '0.2.0',
    );
    const folder = await repositoryOf(one, ['--task=numbers']);
    await expectFinished(folder, () => run(renamed, folder, ['update']));
    expect(read(folder, 'task.txt')).toBe('values\n');
    expect(state(folder).answers).toMatchObject({ modality: 'tables', goal: 'values' });
    expect(state(folder).answers.task).toBeUndefined();
    await expectFinished(folder, () => run(renamed, folder, ['update', '--task=classes']));
    expect(read(folder, 'task.txt')).toBe('labels\n');
  });
});
