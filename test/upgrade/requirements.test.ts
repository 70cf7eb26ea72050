import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import {
  commit,
  edited,
  expectConflict,
  expectFinished,
  read,
  repositoryOf,
  run,
} from './support/repository.ts';
import { packageWith } from './support/templates.ts';

const PYPROJECT = (requirements: readonly string[]) =>
  [
    '[project]',
    'name = "<%= name %>"',
    'dependencies = [',
    ...requirements.map((one) => `  "${one}",`),
    ']',
    '',
    '[tool.ruff]',
    'line-length = 100',
    '',
  ].join('\n');
const at = (requirements: readonly string[]) => ({
  'skeleton/files/pyproject.toml.ejs': PYPROJECT(requirements),
});

const OLD = packageWith(
  at(['mlflow>=3,<4', 'numpy>=2,<3', 'pandas>=2,<3', 'scikit-learn>=1.5,<2']),
);
const NEW = packageWith(
  at(['mlflow>=3,<4', 'numpy>=2.1,<3', 'polars>=1,<2', 'scikit-learn>=1.5,<2']),
  '0.2.0',
);
const requirements = (folder: string) =>
  (parse(read(folder, 'pyproject.toml')) as { project: { dependencies: string[] } }).project
    .dependencies;
const update = (folder: string) => run(NEW, folder, ['update']);

test('requirements merge by package: the user and the template add one each, the template raises one and removes one', async () => {
  const folder = await repositoryOf(OLD);
  commit(folder, edited(folder, 'pyproject.toml', '  "numpy', '  "my-package==1.0",\n  "numpy'));
  await expectFinished(folder, () => update(folder));
  expect(requirements(folder).sort()).toEqual([
    'mlflow>=3,<4',
    'my-package==1.0',
    'numpy>=2.1,<3',
    'polars>=1,<2',
    'scikit-learn>=1.5,<2',
  ]);
});

test('a package with extras is the same package, however its name is written', async () => {
  const folder = await repositoryOf(OLD);
  commit(
    folder,
    edited(folder, 'pyproject.toml', '"scikit-learn>=1.5,<2"', '"Scikit_Learn[gui]>=1.5,<2"'),
  );
  await expectFinished(folder, () => update(folder));
  expect(requirements(folder)).toContain('Scikit_Learn[gui]>=1.5,<2');
  expect(requirements(folder).filter((one) => /scikit/i.test(one))).toHaveLength(1);
  expect(requirements(folder)).toContain('numpy>=2.1,<3');
});

test('a package that the user removed stays removed, though its neighbours change', async () => {
  const folder = await repositoryOf(OLD);
  commit(folder, edited(folder, 'pyproject.toml', '  "scikit-learn>=1.5,<2",\n', ''));
  await expectFinished(folder, () => update(folder));
  expect(requirements(folder)).toEqual(['mlflow>=3,<4', 'numpy>=2.1,<3', 'polars>=1,<2']);
});

test('a package that the user and the template raised differently is a conflict', async () => {
  const folder = await repositoryOf(OLD);
  commit(folder, edited(folder, 'pyproject.toml', 'numpy>=2,<3', 'numpy>=2.2'));
  await expectConflict(
    folder,
    () => update(folder),
    ['pyproject.toml'],
    () => {
      expect(read(folder, 'pyproject.toml')).toContain('"numpy>=2.2",');
      expect(read(folder, 'pyproject.toml')).toContain('"numpy>=2.1,<3",');
    },
  );
});

test('a package that the user changed and the template removed is a conflict', async () => {
  const folder = await repositoryOf(OLD);
  commit(folder, edited(folder, 'pyproject.toml', 'pandas>=2,<3', 'pandas==2.2.1'));
  await expectConflict(
    folder,
    () => update(folder),
    ['pyproject.toml'],
    () => {
      expect(read(folder, 'pyproject.toml')).toContain('pandas==2.2.1');
    },
  );
});

test('what would not parse afterwards stays a conflict', async () => {
  const folder = await repositoryOf(OLD);
  commit(
    folder,
    edited(folder, 'pyproject.toml', '  "numpy>=2,<3",\n', '  "numpy>=2,<3", "broken\n'),
  );
  const ended = await update(folder);
  expect(ended.code, ended.stderr).toBe(1);
  expect(read(folder, 'pyproject.toml')).toContain('"broken');
});

test('what git merges without a conflict and no parser accepts is a conflict', async () => {
  const folder = await repositoryOf(OLD);
  const table = (key: string) => `[tool.coverage]\n${key} = true\n`;
  commit(folder, edited(folder, 'pyproject.toml', '[project]', `${table('parallel')}\n[project]`));
  const ofBoth = PYPROJECT(['mlflow>=3,<4', 'numpy>=2,<3', 'pandas>=2,<3', 'scikit-learn>=1.5,<2']);
  const pkg = packageWith(
    { 'skeleton/files/pyproject.toml.ejs': `${ofBoth}\n${table('branch')}` },
    '0.2.0',
  );
  const ended = await expectConflict(folder, () => run(pkg, folder, ['update']), [
    'pyproject.toml',
  ]);
  expect(ended.stdout).toContain(
    'you and the templates changed it, and the merged text cannot be parsed',
  );
});

test('lines that both only add to .gitignore and to the table of commands are all kept', async () => {
  const pkg = packageWith();
  const folder = await repositoryOf(pkg);
  commit(folder, {
    '.gitignore': `${read(folder, '.gitignore')}ours/\n`,
    ...edited(folder, 'pyproject.toml', '\n]', '\n  "zlib-ng>=1",\n]'),
  });
  await expectFinished(folder, () => run(pkg, folder, ['phase', '2']));
  expect(read(folder, '.gitignore').split('\n')).toEqual(
    expect.arrayContaining(['*.log', 'ours/', 'gate/', 'runs.db']),
  );
  expect(requirements(folder)).toEqual(expect.arrayContaining(['zlib-ng>=1', 'gatekeeper>=5,<6']));
});
