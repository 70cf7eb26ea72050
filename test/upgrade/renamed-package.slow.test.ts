import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runBin } from '../support/bin.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
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
import { packageWith, train } from './support/templates.ts';

/** Files outside the package that name it, and a phase 2 that changes nothing in the package and adds to it. */
const NAMING = {
  'skeleton/files/src/nimble_package/__init__.py': '',
  'skeleton/files/src/nimble_package/mlops/__init__.py': '',
  'skeleton/files/src/nimble_package/mlops/run.py': 'from ..train import step_one\n',
  'skeleton/files/tests/test_train.py':
    '"""Tests of the team."""\n\nfrom nimble_package import train\nfrom nimble_package.mlops import run\n\n\ndef test_train():\n    assert train and run\n',
  'skeleton/files/tests/machinery/test_run.py': 'from nimble_package.mlops import run\n',
  'skeleton/files/tasks/code.toml':
    '[tasks]\ntrain = "python -m nimble_package.train"\ntest = "pytest tests/"\n',
  'blocks/gate/files/tests/machinery/test_gate.py': 'from nimble_package.factory import gate\n',
  'blocks/gate/files/tasks/gate.toml': '[tasks]\ngate = "python -m nimble_package.factory.gate"\n',
};
const V1 = packageWith(NAMING);
const V2 = packageWith(
  { ...NAMING, 'skeleton/files/src/nimble_package/train.py': train('    value = value * 2') },
  '0.2.0',
);

const raise = (folder: string, pkg = V1) => run(pkg, folder, ['phase', '2', '--json']);
async function raised(folder: string, pkg = V1) {
  const ended = await expectFinished(folder, () => raise(folder, pkg));
  return JSON.parse(ended.stdout);
}
function move(folder: string, from: string, to: string): void {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  renameSync(join(folder, from), join(folder, to));
}
async function renamedPackage(to: string): Promise<string> {
  const folder = await repositoryOf(V1);
  move(folder, 'src/churn', to);
  commit(folder, {});
  return folder;
}
const newFiles = ['factory/__init__.py', 'factory/gate.py'];

describe('a package that the team renamed', () => {
  test('gets new files, and they import it by its new name', async () => {
    const folder = await renamedPackage('src/loyal');
    const plan = await raised(folder);
    for (const path of newFiles) expect(has(folder, `src/loyal/${path}`), path).toBe(true);
    expect(readdirSync(join(folder, 'src'))).toEqual(['loyal']);
    expect(read(folder, 'tests/machinery/test_gate.py')).toBe('from loyal.factory import gate\n');
    expect(read(folder, 'tasks/gate.toml')).toContain('python -m loyal.factory.gate');
    expect(plan.notes.join()).toContain('You moved "src/churn" to "src/loyal"');
  });

  test('is named in old files too, as if it had had the name from the start', async () => {
    const folder = await renamedPackage('src/loyal');
    await raised(folder);
    const fresh = temporaryFolder();
    const args = ['new', 'loyal', '--yes', '--skip-install', '--skip-git', '--phase=2'];
    expect(await runBin(V1, args, { cwd: fresh })).toMatchObject({ code: 0 });
    const expected = readFiles(join(fresh, 'loyal'));
    const found = readFiles(folder);
    for (const [path, bytes] of expected)
      if (/^(src|tests|tasks)/.test(path)) expect(found.get(path), path).toEqual(bytes);
    expect((await run(V1, folder, ['status', '--json'])).stdout).toContain('"edited": []');
  });

  test('keeps edits next to its name without a conflict', async () => {
    const folder = await renamedPackage('src/loyal');
    const text = read(folder, 'tests/test_train.py');
    commit(folder, {
      'tests/test_train.py': text.replace('\n\n\ndef', '\nimport numpy\n\n\ndef'),
      ...edited(folder, 'tasks/code.toml', 'pytest tests/', 'pytest -x tests/'),
    });
    await raised(folder);
    expect(read(folder, 'tests/test_train.py')).toContain(
      'from loyal import train\nfrom loyal.mlops import run\nimport numpy\n',
    );
    expect(read(folder, 'tasks/code.toml')).toContain('python -m loyal.train');
    expect(read(folder, 'tasks/code.toml')).toContain('pytest -x tests/');
  });

  test('is found though a release changes it, and stays found in the next upgrade', async () => {
    const folder = await renamedPackage('src/loyal');
    await raised(folder, V2);
    expect(read(folder, 'src/loyal/train.py')).toContain('value * 2');
    const V3 = packageWith(
      { ...NAMING, 'blocks/gate/files/src/nimble_package/factory/more.py': 'MORE = 1\n' },
      '0.3.0',
    );
    await expectFinished(folder, () => run(V3, folder, ['update']));
    expect(has(folder, 'src/loyal/factory/more.py')).toBe(true);
    expect(readdirSync(join(folder, 'src'))).toEqual(['loyal']);
  });

  test('is found when its files were edited in the same commit', async () => {
    const folder = await repositoryOf(V1);
    move(folder, 'src/churn', 'src/loyal');
    const heavy = `${'import torch\n'.repeat(40)}# all new\n`;
    commit(folder, {
      'src/loyal/train.py': heavy,
      ...edited(folder, 'src/loyal/model.py', 'LAYER_1 = 1', 'LAYER_1 = 11'),
      'tests/test_train.py': read(folder, 'tests/test_train.py').replaceAll('churn', 'loyal'),
    });
    const ended = await raise(folder, V2);
    expect(has(folder, 'src/loyal/factory/gate.py')).toBe(true);
    expect(has(folder, 'src/churn')).toBe(false);
    expect(ended.code, ended.stderr).toBe(1); // the template changes the file that is all new
    expect(read(folder, 'src/loyal/train.py')).toContain('# all new');
    git(folder, 'merge', '--abort');
  });

  test('is found when it was renamed in two commits', async () => {
    const folder = await renamedPackage('src/loyal');
    move(folder, 'src/loyal', 'src/faithful');
    commit(folder, {});
    await raised(folder);
    expect(has(folder, 'src/faithful/factory/gate.py')).toBe(true);
    expect(read(folder, 'tests/machinery/test_gate.py')).toContain('from faithful.factory');
  });

  test('is found when only the case of its name changed', async () => {
    const folder = await renamedPackage('src/Churn');
    await raised(folder);
    expect(has(folder, 'src/Churn/factory/gate.py')).toBe(true);
    expect(read(folder, 'tests/machinery/test_gate.py')).toContain('from Churn.factory');
  });

  test('is found when a part of it was left behind', async () => {
    const folder = await renamedPackage('src/loyal');
    commit(folder, { 'src/churn/__init__.py': 'from loyal import *  # old imports still work\n' });
    await raised(folder);
    for (const path of newFiles) expect(has(folder, `src/loyal/${path}`), path).toBe(true);
    expect(readdirSync(join(folder, 'src/churn'))).toEqual(['__init__.py']);
    expect(read(folder, 'src/churn/__init__.py')).toContain('old imports still work');
  });

  test('is found outside of src, and files that still name the old place are listed', async () => {
    const folder = await repositoryOf(V1);
    move(folder, 'src/churn', 'churn');
    commit(folder, { 'notes/where.md': 'The code is in src/churn/train.py.\n' });
    const plan = await raised(folder);
    for (const path of newFiles) expect(has(folder, `churn/${path}`), path).toBe(true);
    expect(git(folder, 'ls-files', 'src')).toBe('');
    expect(read(folder, 'tests/machinery/test_gate.py')).toContain('from churn.factory');
    expect(plan.notes.join()).toMatch(/The old name is still in: .*notes\/where\.md/);
  });

  test('is found outside of src by another name, and files with a path that is neither are listed', async () => {
    const pkg = packageWith({
      ...NAMING,
      'blocks/gate/files/notes/code.md': 'The code is in src/nimble_package/factory.\n',
    });
    const folder = await repositoryOf(pkg);
    move(folder, 'src/churn', 'services/loyal');
    commit(folder, {
      'notes/where.md': 'The code is in src/churn/train.py.\n',
      'own.ini': '[mypy]\nfiles = src\n',
      'notes/other.md': 'A sentence about resources.\n',
    });
    const plan = await raised(folder, pkg);
    for (const path of newFiles) expect(has(folder, `services/loyal/${path}`), path).toBe(true);
    const note = plan.notes.find((one: string) => one.startsWith('The old name is still in: '));
    for (const path of ['notes/where.md', 'own.ini', 'notes/code.md']) expect(note).toContain(path);
    expect(note).not.toContain('notes/other.md');
  });

  test('is named in the list of files of the team that still import the old one', async () => {
    const folder = await renamedPackage('src/loyal');
    commit(folder, { 'scripts/mine.py': 'from churn.train import step_one\n' });
    const plan = await raised(folder);
    expect(plan.notes.join()).toContain('The old name is still in: scripts/mine.py.');
    expect(read(folder, 'scripts/mine.py')).toContain('from churn.train');
  });

  test('has a conflict only in a line that both changed, under its new name', async () => {
    const folder = await repositoryOf(V1);
    move(folder, 'src/churn', 'src/loyal');
    const mine = edited(folder, 'src/loyal/train.py', '    log("stop")', '    log("mine")');
    commit(folder, {
      'src/loyal/train.py': mine['src/loyal/train.py']?.replaceAll('stop', 'mine') ?? '',
    });
    await expectConflict(folder, () => raise(folder, V2), ['src/loyal/train.py']);
  });

  test('that is another package with the same word in its name is left alone', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'src/churn_tools/train.py': read(folder, 'src/churn/train.py') });
    await raised(folder);
    expect(has(folder, 'src/churn/factory/gate.py')).toBe(true);
  });
});

describe('another folder that the team renamed', () => {
  test('gets new files, and what still names the old place is listed', async () => {
    const folder = await repositoryOf(V1);
    move(folder, 'tests', 'test');
    commit(folder, {});
    const plan = await raised(folder);
    expect(has(folder, 'test/machinery/test_gate.py')).toBe(true);
    expect(has(folder, 'tests')).toBe(false);
    expect(plan.notes.join()).toContain('The old name is still in: tasks/code.toml.');
  });

  test('stays where it is when only some of its files were moved', async () => {
    const folder = await repositoryOf(V1);
    move(folder, 'tests/test_train.py', 'tests/unit/test_train.py');
    commit(folder, {});
    await raised(folder);
    expect(has(folder, 'tests/machinery/test_gate.py')).toBe(true);
  });
});
