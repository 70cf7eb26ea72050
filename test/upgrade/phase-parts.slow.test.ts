import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import schema from '../../docs/schemas/change.schema.json' with { type: 'json' };
import { blockYaml } from '../support/blocks.ts';
import { readFiles } from '../support/folders.ts';
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
import { packageWith } from './support/templates.ts';

const firstTasks = (task: string, order: number) => ({
  firstTasks: { [task]: { order, why: `the reason for ${task}` } },
});
const PACKAGE = packageWith({
  'blocks/data/store/block.yaml': blockYaml('store', {
    phase: 2,
    provides: ['store'],
    ...firstTasks('push', 2),
  }),
  'blocks/data/store/files/store.txt': 'store\n',
  'blocks/data/card/block.yaml': blockYaml('card', { phase: 2, ...firstTasks('card', 3) }),
  'blocks/data/card/files/card.txt': 'card\n',
  'blocks/security/scan/block.yaml': blockYaml('scan', {
    phase: 2,
    requires: ['store'],
    ...firstTasks('scan', 1),
  }),
  'blocks/security/scan/files/scan.txt': 'scan\n',
  'blocks/security/late-scan/block.yaml': blockYaml('late-scan', {
    phase: 2,
    requires: ['base'],
  }),
  'blocks/base/block.yaml': blockYaml('base', { provides: ['base'] }),
  'blocks/base/files/base.txt': 'base\n',
  'blocks/security/late-scan/files/late-scan.txt': 'late\n',
});
const raise = (folder: string, ...args: string[]) => run(PACKAGE, folder, ['phase', '2', ...args]);

/** Which of the files of phase 2 are there. */
const partsIn = (folder: string) =>
  ['gate', 'store', 'card', 'scan', 'late-scan'].filter((name) => has(folder, `${name}.txt`));

describe('phase 2 --only', () => {
  test('adds the blocks of an area, keeps edits, and says what stays out', async () => {
    const folder = await repositoryOf(PACKAGE);
    commit(folder, edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'));
    const ended = await expectFinished(folder, () => raise(folder, '--only=data'));
    expect(partsIn(folder)).toEqual(['store', 'card']);
    expect(read(folder, 'notes/plan.md')).toContain('My point 1 of');
    expect(ended.stdout).toContain('Left out of phase 2: gate, late-scan, scan.');
    expect(ended.stdout).toContain('nimble-ml add BLOCK');
  });

  test('adds a block with what it requires', async () => {
    const folder = await repositoryOf(PACKAGE);
    await expectFinished(folder, () => raise(folder, '--only=scan'));
    expect(partsIn(folder)).toEqual(['store', 'scan']);
  });

  test('part by part ends in the repository of the whole phase, byte for byte', async () => {
    const folder = await repositoryOf(PACKAGE);
    for (const part of ['data', 'security', 'gate']) {
      await expectFinished(folder, () => raise(folder, `--only=${part}`));
    }
    expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(PACKAGE, ['--phase=2'])));
  });

  test('is refused for a name that the phase does not bring', async () => {
    const folder = await repositoryOf(PACKAGE);
    await expectRefused(
      folder,
      () => raise(folder, '--only=data,secrets'),
      '--only: "secrets" is not an area or a block that this phase brings.',
    );
    await expectRefused(folder, () => raise(folder, '--only=,'), '--only names nothing.');
  });
});

test('a phase names the tasks to start with, in their order and only those that came', async () => {
  const folder = await repositoryOf(PACKAGE);
  const planned = await raise(folder, '--dry-run', '--json');
  const document = JSON.parse(planned.stdout);
  const validate = new Ajv().compile(schema);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(document.firstTasks).toEqual([
    { command: 'uv run poe scan', why: 'the reason for scan' },
    { command: 'uv run poe push', why: 'the reason for push' },
    { command: 'uv run poe card', why: 'the reason for card' },
  ]);
  const ended = await expectFinished(folder, () => raise(folder, '--only=store'));
  expect(ended.stdout).toMatch(
    /New tasks to start with:\n {2}uv run poe push {2}the reason for push\n/,
  );
  expect(ended.stdout).not.toContain('poe scan');
});

describe('what was left out of a phase', () => {
  test('in a repository at the phase the message names what it does not have, and "all" brings it', async () => {
    const folder = await repositoryOf(PACKAGE);
    await expectFinished(folder, () => raise(folder, '--only=data'));
    const again = await raise(folder);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Left out of phase 2: gate, late-scan, scan.');
    expect(again.stdout).toContain('nimble-ml phase 2 --only all');
    await expectFinished(folder, () => raise(folder, '--only=all'));
    expect(readFiles(folder)).toEqual(readFiles(await repositoryOf(PACKAGE, ['--phase=2'])));
    expect((await raise(folder)).stdout).not.toContain('Left out');
  });

  test('comes later with what it requires, which was left out too', async () => {
    const folder = await repositoryOf(PACKAGE);
    await expectFinished(folder, () => raise(folder, '--only=gate'));
    await expectFinished(folder, () => raise(folder, '--only=scan'));
    expect(partsIn(folder)).toEqual(['gate', 'store', 'scan']);
  });

  test('is among the names that a wrong name is answered with', async () => {
    const folder = await repositoryOf(PACKAGE);
    await expectFinished(folder, () => raise(folder, '--only=gate'));
    const allowed = '"card", "data", "late-scan", "scan", "security", "store", "all".';
    const message = `"scann" is not an area or a block that this phase brings. Did you mean "scan"? Allowed: ${allowed}`;
    await expectRefused(folder, () => raise(folder, '--only=scann'), message);
  });

  test('a part may be had in a repository that left out what another part requires', async () => {
    const folder = await repositoryOf(PACKAGE, ['--without=base']);
    await expectFinished(folder, () => raise(folder, '--only=data'));
    expect(partsIn(folder)).toEqual(['store', 'card']);
  });

  test('a whole phase leaves out what requires a block that was left out, and says so', async () => {
    const folder = await repositoryOf(PACKAGE, ['--without=base']);
    const { stdout } = await expectFinished(folder, () => raise(folder));
    expect(partsIn(folder)).toEqual(['gate', 'store', 'card', 'scan']);
    expect(stdout).toMatch(/Left out of phase 2, because .*"base": late-scan\./);
  });
});

test('the command at the end of a dry run does what the dry run showed', async () => {
  const folder = await repositoryOf(PACKAGE);
  const about = "--description=Cows and the farmer's barn";
  const { stdout } = await raise(folder, '--only=data,gate', about, '--dry-run');
  const typed = `nimble-ml phase 2 --only=data,gate --description='Cows and the farmer'\\''s barn'`;
  expect(stdout).toContain(`To do it: ${typed}\n`);
});
