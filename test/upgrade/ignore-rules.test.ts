import { describe, expect, test } from 'vitest';
import { blockYaml } from '../support/blocks.ts';
import { writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { commit, expectFinished, has, read, repositoryOf, run } from './support/repository.ts';
import { packageWith } from './support/templates.ts';

const CLOUD = {
  'blocks/cloud/block.yaml': blockYaml('cloud', {
    phase: 'never',
    entries: { ignored: { '*.tfstate': '', '/infra/**/.terraform/': '', '/mlruns/': '' } },
    remains: 'The VM still costs. To end it: git checkout COMMIT -- infra.',
  }),
  'blocks/cloud/files/infra/main.tf': '# a VM\n',
  'blocks/cloud/files/dot_dvc/dot_gitignore': '/config.local\n/cache\n/tmp\n',
};
const PKG = packageWith(CLOUD);
const make = () => repositoryOf(PKG, ['--with=cloud']);

/** What `git add -A` would commit. */
const uncovered = (folder: string) =>
  git(folder, 'status', '--porcelain', '--untracked-files=all').split('\n').filter(Boolean);

describe('an ignore rule of a removed block', () => {
  test('stays while it covers something, and a note says what', async () => {
    const folder = await make();
    writeFiles(folder, {
      'infra/terraform.tfstate': '{"password": "secret"}\n',
      'infra/modules/a/.terraform/plugin': 'binary',
      '.dvc/config.local': 'key = secret\n',
      '.dvc/cache/aa/bb': 'data',
    });
    const { stdout } = await expectFinished(folder, () => run(PKG, folder, ['remove', 'cloud']));
    expect(has(folder, 'infra/main.tf')).toBe(false);
    expect(uncovered(folder)).toEqual([]);
    expect(read(folder, '.gitignore').split('\n')).toEqual(
      expect.arrayContaining(['*.tfstate', '/infra/**/.terraform/']),
    );
    expect(read(folder, '.gitignore')).not.toContain('mlruns');
    expect(read(folder, '.dvc/.gitignore')).toBe('/config.local\n/cache\n');
    expect(stdout).toMatch(/"\.gitignore" keeps .*\*\.tfstate.*infra\/terraform\.tfstate/);
    expect(stdout).toMatch(/"\.dvc\/\.gitignore" keeps .*\.dvc\/cache\//);
  });

  test('goes when it covers nothing, and the file with it', async () => {
    const folder = await make();
    const { stdout } = await expectFinished(folder, () => run(PKG, folder, ['remove', 'cloud']));
    expect(read(folder, '.gitignore')).not.toContain('tfstate');
    expect(has(folder, '.dvc')).toBe(false);
    expect(stdout).not.toContain('keeps');
  });

  test('stays where the team has edited the file, and through later updates', async () => {
    const folder = await make();
    commit(folder, { '.gitignore': `ours/\n${read(folder, '.gitignore')}` });
    writeFiles(folder, { 'mlruns/0/meta.yaml': 'run', 'ours/x': 'x' });
    await expectFinished(folder, () => run(PKG, folder, ['remove', 'cloud']));
    await expectFinished(folder, () => run(PKG, folder, ['phase', '2']));
    expect(uncovered(folder)).toEqual([]);
  });

  test('stays for names with blanks, brackets and letters of other alphabets', async () => {
    const folder = await make();
    writeFiles(folder, { 'my state [1].tfstate': 'x', 'bücher/ß.tfstate': 'x' });
    await expectFinished(folder, () => run(PKG, folder, ['remove', 'cloud']));
    expect(uncovered(folder)).toEqual([]);
  });

  test('stays in a folder of a larger repository', async () => {
    const whole = await make();
    const folder = `${whole}/below`;
    git(whole, 'config', 'core.excludesFile', '/dev/null');
    const paths = git(whole, 'ls-files').split('\n');
    for (const path of paths) writeFiles(folder, { [path]: read(whole, path) });
    commit(whole, Object.fromEntries(paths.map((path) => [path, null])));
    writeFiles(folder, { 'infra/terraform.tfstate': 'secret' });
    const ended = await run(PKG, folder, ['remove', 'cloud']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(uncovered(whole)).toEqual([]);
  });

  test('stays when another provider takes its place', async () => {
    const pkg = packageWith();
    const folder = await repositoryOf(pkg);
    writeFiles(folder, { 'runs.db': 'runs' });
    await expectFinished(folder, () => run(pkg, folder, ['swap', 'tracking', 'replacement']));
    expect(uncovered(folder)).toEqual([]);
  });
});

test('remove says what still runs and how to end it, with the last commit that has the files', async () => {
  const folder = await make();
  const head = git(folder, 'rev-parse', 'HEAD').slice(0, 10);
  const planned = await run(PKG, folder, ['remove', 'cloud', '--dry-run']);
  expect(planned.stdout).toContain('cloud: The VM still costs.');
  const { stdout } = await run(PKG, folder, ['remove', 'cloud']);
  expect(stdout).toContain(`To end it: git checkout ${head} -- infra.`);
});
