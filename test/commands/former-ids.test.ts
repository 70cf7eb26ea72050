import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ANSWERS_FILE, ANSWERS_KEY } from '../../generators/engine/state.ts';
import { installedPackage, runBin } from '../support/bin.ts';
import { blockYaml } from '../support/blocks.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

test('update of a repository whose block was renamed keeps the block and saves its new id', async () => {
  const cwd = temporaryFolder();
  const blocks = join(cwd, 'ours', 'blocks', 'data');
  writeFiles(blocks, {
    'ledger/block.yaml': blockYaml('ledger', { phase: 'never' }),
    'ledger/files/ledger.txt': 'entries\n',
  });
  const run = async (folder: string, ...args: string[]) => {
    const { code, stderr, stdout } = await runBin(installedPackage(), args, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const saved = () =>
    JSON.parse(readFileSync(join(cwd, 'churn', ANSWERS_FILE), 'utf8'))[ANSWERS_KEY];
  const organisation = ['--blocks', join(cwd, 'ours')];
  await run(cwd, 'new', 'churn', '--with', 'ledger', '--yes', '--skip-install', ...organisation);
  expect(saved().answers.with).toEqual(['ledger']);

  renameSync(join(blocks, 'ledger'), join(blocks, 'journal'));
  const renamed = blockYaml('journal', { phase: 'never', aliases: ['ledger'] });
  writeFiles(blocks, { 'journal/block.yaml': renamed });
  const printed = await run(
    join(cwd, 'churn'),
    'update',
    '--yes',
    '--skip-install',
    ...organisation,
  );

  expect(printed).not.toContain('ledger');
  expect(saved().answers.with).toEqual(['journal']);
  expect(saved().blocks).toContain('journal');
  expect(readFileSync(join(cwd, 'churn', 'ledger.txt'), 'utf8')).toBe('entries\n');
});
