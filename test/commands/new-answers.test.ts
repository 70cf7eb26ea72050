import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { installedPackage, installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const SMALL = installSmall();

/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], options?: RunOptions) =>
  runBin(SMALL, ['new', directory, '--yes', '--skip-install', ...args], options);

const aboutOf = (folder: string) => parseToml(readFileSync(join(folder, 'about.toml'), 'utf8'));

describe('answers from a file', () => {
  test('answers from a file give the same repository as answers from flags', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'a.yaml': 'name: churn\nmodality: vision\nphase: 2\nserver: true\n' });
    await create('one', ['--answers', 'a.yaml'], { cwd });
    await create('two', ['--name=churn', '--modality=vision', '--phase=2', '--server'], { cwd });
    expect(readFiles(join(cwd, 'one'))).toEqual(readFiles(join(cwd, 'two')));
  });

  test('answers can come from standard input with "-"', async () => {
    const cwd = temporaryFolder();
    const { code } = await create('churn', ['--answers', '-'], {
      cwd,
      input: '{ "author": "Grace Hopper" }',
    });
    expect(code).toBe(0);
    expect(aboutOf(join(cwd, 'churn')).author).toBe('Grace Hopper');
  });

  test('answers that never end are refused', async () => {
    const input = new Readable({
      read() {
        this.push('x'.repeat(65_536));
      },
    });
    const { code, stderr } = await create('churn', ['--answers=-'], { input });
    expect(code).toBe(2);
    expect(stderr).toContain('"-" is too long');
  });
});

test('a block that comes in place of one that is left out is named, with the way back', async () => {
  const cwd = temporaryFolder();
  const args = ['new', 'churn', '--yes', '--skip-install', '--skip-git', '--modality=tabular'];
  const { code, stdout } = await runBin(
    installedPackage(),
    [...args, '--without=tracking-mlflow'],
    { cwd },
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/"tracking-wandb" comes in place of "tracking-mlflow".*"tracking"/);
  expect(stdout).toContain('nimble-ml swap tracking tracking-mlflow');
});
