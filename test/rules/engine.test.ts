import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BLOCKS, REMOVABLE } from '../support/repositories.ts';

const GENERATORS = join(import.meta.dirname, '../../generators');
const SOURCES = readdirSync(GENERATORS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();
const read = (path: string) => readFileSync(join(GENERATORS, path), 'utf8');
/** The code without its lists of reserved names: those are not names of blocks that the engine knows. */
const withoutLists = (path: string) => read(path).replace(/`[\w\s]+`/g, '');

/** Names of capabilities that are also everyday words of the engine. */
const EVERYDAY = new Set(['repository', 'environment', 'data', 'modality']);

describe.each(SOURCES)('generators/%s', (path) => {
  test('names no block and no modality', () => {
    const ids = BLOCKS.map((block) => block.id).filter((id) => id !== 'skeleton');
    for (const id of ids) {
      expect(withoutLists(path), id).not.toMatch(new RegExp(`(?<![\\w-])${id}(?![\\w-])`));
    }
  });

  test('names no capability', () => {
    const capabilities = new Set(BLOCKS.flatMap((block) => block.provides));
    for (const capability of capabilities) {
      if (EVERYDAY.has(capability)) continue;
      expect(read(path), capability).not.toMatch(new RegExp(`['"\`]${capability}['"\`]`));
    }
  });

  test('names no slot', () => {
    const slots = BLOCKS.flatMap((block) => Object.keys(block.slots));
    for (const slot of slots)
      expect(read(path), slot).not.toMatch(new RegExp(`['"\`]${slot}['"\`]`));
  });

  test('fits a screen or two', () => {
    expect(read(path).split('\n').length).toBeLessThanOrEqual(175);
  });
});

const using = (pattern: RegExp) => SOURCES.filter((path) => pattern.test(read(path)));

test('one module starts git, and few write to the disk', () => {
  expect(using(/(from |import\()'(node:child_process|execa)'/)).toEqual([
    join('commands', 'repository', 'uv.ts'),
    join('git', 'process.ts'),
  ]);
  expect(using(/\bsimpleGit\(/)).toEqual([join('git', 'query.ts')]);
  const writers = using(/\b(write|rename|rm|mkdir|mkdtemp|copy|chmod|utimes)\w*Sync\(/);
  expect(writers).toEqual(
    [
      'commands/repository/first-commit.ts', // removes a .git that could not be finished
      'engine/write.ts', // a new repository
      'git/index-copy.ts',
      'git/merge-state.ts', // MERGE_HEAD and the like
      'git/repository-lock.ts', // one upgrade at a time
      'git/scratch.ts', // where merges are made
      'merge/back-up.ts', // files in the way of new ones
      'merge/file-state.ts', // a copy of a file that replaces nothing
      'merge/folders.ts', // folders round the files of an existing one
      'merge/prepare.ts', // finished files, before any is put in place
      'merge/write-files.ts', // the files of an existing one
    ].map((path) => join(...path.split('/'))),
  );
});

test('composing blocks and reconciling with a user never meet', () => {
  for (const path of SOURCES.filter((one) => one.startsWith('engine'))) {
    expect(read(path), path).not.toMatch(/from '\.\.\/(merge|git)\//);
  }
});

test('the engine and the merge import nothing of the command line', () => {
  for (const path of SOURCES.filter((one) => /^(engine|git|merge)/.test(one))) {
    expect(read(path), path).not.toMatch(/from '\.\.\/(app|cli|commands)/);
  }
});

test('there are blocks to be named', () => {
  expect(REMOVABLE.length).toBeGreaterThan(5);
});
