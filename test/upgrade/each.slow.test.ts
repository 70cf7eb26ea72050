import { cpSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, test } from 'vitest';
import eachSchema from '../../docs/schemas/each.schema.json' with { type: 'json' };
import { runBin } from '../support/bin.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { commit, edited, expectSound, read, repositoryOf } from './support/repository.ts';
import { snapshotAll } from './support/snapshot.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const validate = new Ajv({ strict: false }).compile(eachSchema);

let all: string;
const at = (name: string) => join(all, name);
const head = (name: string) => git(at(name), 'rev-parse', 'HEAD');
const state = () =>
  ['churn', 'edited', 'conflict', 'dirty', 'team/deep'].map((one) => snapshotAll(at(one)));

/** A repository of the first version below the folder. */
async function add(name: string): Promise<string> {
  mkdirSync(join(at(name), '..'), { recursive: true });
  renameSync(await repositoryOf(V1), at(name));
  return at(name);
}

const update = (...args: string[]) =>
  runBin(V2, ['update', '--skip-install', ...args], { cwd: all });

beforeEach(async () => {
  all = temporaryFolder();
  await add('churn');
  const folder = await add('edited');
  commit(folder, edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'));
  const other = await add('conflict');
  commit(other, edited(other, 'notes/plan.md', 'Point 6 of', 'My point 6 of'));
  writeFiles(await add('dirty'), { 'notes/plan.md': 'changed\n' });
  await add('team/deep');
  writeFiles(at('plain'), { 'notes.txt': 'x' });
  mkdirSync(at('other'));
  git(at('other'), 'init', '--quiet');
});

describe('update --each', () => {
  test('shows what would change in every repository, and changes nothing without --yes', async () => {
    const before = state();
    for (const flags of [[], ['--dry-run'], ['--dry-run', '--yes']]) {
      const { code, stdout, stderr } = await update('--each', '.', ...flags);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/Would update 3 of 5 repositories/);
      expect(stdout).toMatch(/churn +0\.1\.0 → 0\.2\.0 {2}\d+ added, \d+ changed/);
      expect(stdout).toMatch(/conflict +0\.1\.0 → 0\.2\.0 {2}conflict in notes\/plan\.md/);
      expect(stdout).toMatch(/dirty +refused: .*not committed/);
      expect(stdout).toMatch(/team\/deep +0\.1\.0/);
      expect(stdout).toMatch(/plain +skipped: not a git repository/);
      expect(stdout).toMatch(/other +skipped: not written by nimble-ml/);
      expect(stdout).toContain('To do it: nimble-ml update --each . --yes');
    }
    expect(state()).toEqual(before);
  });

  test('with --yes makes one commit each, and leaves what it cannot finish as it was', async () => {
    const left = ['conflict', 'dirty'].map((one) => snapshotAll(at(one)));
    const heads = ['churn', 'edited', 'team/deep'].map(head);
    const { code, stdout } = await update('--each', all, '--yes');
    expect(code).toBe(1);
    expect(stdout).toMatch(/Updated 3 of 5 repositories/);
    expect(stdout).toContain(`cd ${at('conflict')} && nimble-ml update`);
    for (const [index, name] of ['churn', 'edited', 'team/deep'].entries()) {
      expect(
        git(at(name), 'rev-list', '--count', '--first-parent', `${heads[index]}..HEAD`),
        name,
      ).toBe('1');
      expect(read(at(name), 'notes/plan.md')).toContain('sharpened');
      expectSound(at(name));
    }
    expect(read(at('edited'), 'notes/plan.md')).toContain('My point 1 of');
    expect(['conflict', 'dirty'].map((one) => snapshotAll(at(one)))).toEqual(left);
  });

  test('a second time has nothing to do, and ends with 0 when nothing is left behind', async () => {
    await update('--each', join(all, 'team'), '--yes');
    const { code, stdout } = await update('--each', join(all, 'team'), '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Updated 0 of 1 repositories.*\n.*deep +0\.2\.0 {2}up to date/);
  });

  test('ends with 1 as long as a repository is left behind, also when no other has anything to do', async () => {
    await update('--each', '.', '--yes');
    const { code, stdout } = await update('--each', '.', '--yes');
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/Updated 0 of 5 repositories/);
    expect(stdout).toContain(`cd ${at('conflict')} && nimble-ml update`);
  });

  test('prints the same as JSON, which fits its schema', async () => {
    for (const flags of [['--dry-run'], ['--yes']]) {
      const { stdout } = await update('--each', '.', '--json', ...flags);
      expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
      const states = JSON.parse(stdout).repositories.map((one: { state: string }) => one.state);
      const done = flags.includes('--yes') ? 'updated' : 'planned';
      expect(states).toEqual([done, 'conflict', 'refused', done, 'skipped', 'skipped', done]);
    }
  });

  test('changes answers in all of them', async () => {
    await update('--each', join(all, 'team'), '--yes', '--author=Grace');
    expect(read(at('team/deep'), 'about.toml')).toContain('author = "Grace"');
  });

  test('a broken repository stops no other one', async () => {
    writeFiles(at('team/broken'), { '.yo-rc.json': '{"generator-nimble-ml": ' });
    cpSync(at('churn'), at('team/unreadable'), { recursive: true });
    writeFiles(at('team/unreadable'), { '.git/HEAD': 'nonsense\n' });
    const { code, stdout, stderr } = await update('--each', join(all, 'team'), '--yes');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/broken +refused: /);
    expect(stdout).toMatch(/unreadable +refused: /);
    expect(stdout).not.toContain('    at ');
    expect(read(at('team/deep'), 'notes/plan.md')).toContain('sharpened');
  });

  test('a folder that is not there is refused', async () => {
    const { code, stdout, stderr } = await update('--each', 'nowhere');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^--each: ".*nowhere" is not a folder\..*\n$/);
  });
});
