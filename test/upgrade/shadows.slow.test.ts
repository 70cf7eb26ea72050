import { describe, expect, test } from 'vitest';
import { writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
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
import { packageWith } from './support/templates.ts';

/** A phase 2 with tasks, configuration and files that programs look for in several places. */
const V1 = packageWith({
  'skeleton/files/tasks/code.toml': '[tasks]\ntrain = "python -m nimble_package.train"\n',
  'blocks/gate/files/tasks/gate.toml': '[tasks.open]\ncmd = "gate"\n[tasks.close]\ncmd = "gate"\n',
  'blocks/gate/files/mypy.ini': '[mypy]\nstrict = true\n',
  'blocks/gate/files/dot_github/CODEOWNERS': '* @us\n',
  'blocks/gate/files/dot_github/dependabot.yml': 'version: 2\n',
  'blocks/gate/files/SECURITY.md': 'Write to us.\n',
  'blocks/gate/files/tests/machinery/test_gate.py': 'def test_gate(): pass\n',
});

const raise = (folder: string, ...more: string[]) => run(V1, folder, ['phase', '2', ...more]);
async function raised(folder: string, ...more: string[]) {
  const ended = await expectFinished(folder, () => raise(folder, '--json', ...more));
  return JSON.parse(ended.stdout);
}
async function repositoryWith(files: Record<string, string>): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, files);
  return folder;
}

describe('what a team has and a phase brings under one name is refused, with both named:', () => {
  test.each([
    ['a module and a new package', 'src/churn/factory.py', 'src/churn/factory'],
    ['a package and a new module', 'src/churn/factory/gate/__init__.py', 'factory/gate.py'],
    ['a folder of modules and a new module', 'src/churn/factory/gate/a.py', 'factory/gate.py'],
    ['a module and a new package of tests', 'tests/machinery.py', 'tests/machinery'],
  ])('%s', async (_what, path, added) => {
    const folder = await repositoryWith({ [path]: 'MINE = 1\n' });
    const { stderr } = await expectRefused(folder, () => raise(folder), added);
    expect(stderr).toContain(path.replace(/\/[^/]*$/, '').replace(/^.*\/factory$/, 'factory'));
    expect(stderr).toContain('Rename yours, commit and try again');
  });

  test.each([
    ['tasks/mine.toml', '[tasks]\nopen = "xdg-open ."\n'],
    ['tasks/code.toml', '[tasks]\ntrain = "python -m churn.train"\n[tasks.open]\ncmd = "mine"\n'],
    ['pyproject.toml', '[project]\nname = "churn"\n[tool.poe.tasks]\nopen = "mine"\n'],
  ])('a task in %s and a new one', async (path, text) => {
    const folder = await repositoryWith({ [path]: text });
    const { stderr } = await expectRefused(folder, () => raise(folder), 'your task "open"');
    expect(stderr).toContain(`"${path}"`);
    expect(stderr).toContain('"tasks/gate.toml"');
    expect(stderr).not.toContain('"close"');
  });

  test('a module that git does not track', async () => {
    const folder = await repositoryOf(V1);
    writeFiles(folder, { 'src/churn/factory.py': 'MINE = 1\n' });
    await expectRefused(folder, () => raise(folder), 'src/churn/factory.py');
  });

  test('and with --adopt it is taken as it is, with a note', async () => {
    const folder = await repositoryWith({ 'src/churn/factory.py': 'MINE = 1\n' });
    const plan = await raised(folder, '--adopt');
    expect(plan.notes.join()).toContain('"src/churn/factory.py" would be hidden');
    expect(has(folder, 'src/churn/factory/gate.py')).toBe(true);
    expect(read(folder, 'src/churn/factory.py')).toBe('MINE = 1\n');
  });

  test('and status says so before the upgrade is started', async () => {
    const folder = await repositoryWith({ 'src/churn/factory.py': 'MINE = 1\n' });
    const { stdout } = await run(V1, folder, ['status']);
    expect(stdout.replace(/\s+/g, ' ')).toContain('would be hidden by the new package');
  });
});

describe('configuration of the team stays in force, and a new file that would replace it stays out:', () => {
  const mypy = '[project]\nname = "churn"\n\n[tool.mypy]\nstrict = false\n';
  test.each([
    ['pyproject.toml', mypy, 'mypy.ini'],
    ['.mypy.ini', '[mypy]\n', 'mypy.ini'],
    ['CODEOWNERS', '* @them\n', '.github/CODEOWNERS'],
    ['docs/CODEOWNERS', '* @them\n', '.github/CODEOWNERS'],
  ])('%s', async (path, text, added) => {
    const folder = await repositoryOf(V1);
    const before = path === 'pyproject.toml' ? read(folder, path) : '';
    commit(folder, { [path]: before === '' ? text : `${before}\n[tool.mypy]\nstrict = false\n` });
    const plan = await raised(folder);
    expect(has(folder, added)).toBe(false);
    const reason = expect.stringContaining(`would no longer read your "${path}`);
    expect(plan.kept).toContainEqual({ path: added, reason });
    await expectFinished(folder, () => run(V1, folder, ['update', `--restore=${added}`]));
    expect(has(folder, added)).toBe(true);
  });

  test.each([
    ['setup.cfg', '[metadata]\nname = x\n[mypy]\nstrict = false\n', false],
    ['setup.cfg', '[flake8]\nmax-line-length = 100\n[tool.mypy]\n', true],
    ['tox.ini', '[tox]\nenv_list = py\n', true],
  ])('%s with %j, when it has the section (the new file comes: %s)', async (path, text, comes) => {
    const folder = await repositoryWith({ [path]: text });
    await raised(folder);
    expect(has(folder, 'mypy.ini')).toBe(comes);
  });

  test.each([
    '[ tool . mypy ]\nstrict = false\n',
    '[tool]\nmypy.strict = false\n',
    '[[tool.mypy.overrides]]\nmodule = "x"\n',
  ])('pyproject.toml with the section written as %j', async (lines) => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'pyproject.toml': `${read(folder, 'pyproject.toml')}\n${lines}` });
    await raised(folder);
    expect(has(folder, 'mypy.ini')).toBe(false);
  });

  test('also at once, when it is asked for with --restore', async () => {
    const folder = await repositoryWith({ CODEOWNERS: '* @them\n' });
    await raised(folder, '--restore=.github/CODEOWNERS');
    expect(has(folder, '.github/CODEOWNERS')).toBe(true);
  });
});

describe('what is read instead of a new file, or next to it, is in a note:', () => {
  test.each([
    ['.github/SECURITY.md', 'GitHub (security policy) reads your ".github/SECURITY.md" and not'],
    [
      'renovate.json',
      '"renovate.json" of yours and the new ".github/dependabot.yml" are both read',
    ],
  ])('%s', async (path, note) => {
    const folder = await repositoryWith({ [path]: '{}\n' });
    const plan = await raised(folder);
    expect(plan.notes.join()).toContain(note);
  });
});

test('what has the name of something else is no reason to stop', async () => {
  const folder = await repositoryWith({
    'src/churn/factories.py': '',
    'factory.py': '',
    'tests/test_gate.py': 'def test_mine(): pass\n',
    'tasks/mine.toml': '[tasks]\nopens = "x"\n',
  });
  const plan = await raised(folder);
  expect(plan.notes).toEqual([]);
  expect(git(folder, 'status', '--porcelain')).toBe('');
});

test('a file of tasks that the team and the upgrade add is an ordinary conflict', async () => {
  const folder = await repositoryWith({ 'tasks/gate.toml': '[tasks]\nopen = "mine"\n' });
  await expectConflict(folder, () => raise(folder), ['tasks/gate.toml']);
});
