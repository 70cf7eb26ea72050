import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import schema from '../../docs/schemas/new.schema.json' with { type: 'json' };
import { installSmall, type RunOptions, runBin } from '../support/bin.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const SMALL = installSmall();

/** `nimble-ml new` without uv; further flags may follow. */
const create = (directory: string, args: readonly string[] = [], options?: RunOptions) =>
  runBin(SMALL, ['new', directory, '--yes', '--skip-install', ...args], options);

describe('--dry-run', () => {
  test('--dry-run prints what would be written and writes nothing', async () => {
    const cwd = temporaryFolder();
    const { code, stdout } = await create('a/churn', ['--dry-run'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Would write tabular, phase 1: 9 files');
    expect(namesIn(cwd)).toEqual([]);
  });

  test('--dry-run refuses what would be refused', async () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'churn/mine.txt': '' });
    expect((await create('churn', ['--dry-run'], { cwd })).code).toBe(2);
    expect((await create('other', ['--dry-run', '--task=x'], { cwd })).code).toBe(2);
  });
});

describe('--json', () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
  const documentOf = async (args: readonly string[], cwd: string) => {
    const { stdout } = await create('churn', ['--json', ...args], { cwd });
    const document = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    return document;
  };

  test('--json prints one document that fits its schema and names what was done', async () => {
    const cwd = temporaryFolder();
    const document = await documentOf(['--phase=2'], cwd);
    expect(document).toMatchObject({
      command: 'new',
      directory: join(cwd, 'churn'),
      dryRun: false,
      to: { phase: 2, modality: 'tabular', blocks: ['gate', 'tracker'] },
      added: [...readFiles(join(cwd, 'churn')).keys()],
      commits: [git(join(cwd, 'churn'), 'rev-parse', 'HEAD')],
      notes: [],
      nextSteps: ['cd churn && uv run poe train'],
    });
  });

  test('--json prints the same paths with --dry-run as without', async () => {
    const cwd = temporaryFolder();
    const planned = await documentOf(['--dry-run'], cwd);
    const done = await documentOf([], cwd);
    expect(planned).toEqual({ ...done, dryRun: true, commits: [] });
  });

  test('--json leaves standard output empty when the command is refused', async () => {
    const { code, stdout, stderr } = await create('churn', ['--json', '--task=x']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--task: "x" is not a choice.');
  });
});
