import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tree } from '../../generators/engine/tree.ts';
import { checkTarget, writeNew } from '../../generators/engine/write.ts';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { laterRefusalOf, refusalOf } from '../support/refusals.ts';

const TREE: Tree = new Map([
  ['.gitignore', { bytes: Buffer.from('*.log\n'), mode: '100644' }],
  ['run', { bytes: Buffer.from('#!/bin/sh\n'), mode: '100755' }],
  ['src/a/b.bin', { bytes: Buffer.from([0, 255]), mode: '100644' }],
]);
const AS_BYTES = new Map([...TREE].map(([path, { bytes }]) => [path, bytes]));
const NOTHING_MORE = async () => {};
const isPosix = process.platform !== 'win32';

let parent: string;
let target: string;
beforeEach(() => {
  parent = temporaryFolder();
  target = join(parent, 'churn');
});

describe('a new folder', () => {
  test('contains the tree byte for byte, and nothing else is next to it', async () => {
    await writeNew(TREE, target, NOTHING_MORE);
    expect(readFiles(target)).toEqual(AS_BYTES);
    expect(namesIn(parent)).toEqual(['churn']);
  });

  test.runIf(isPosix)('has the rights that any new folder gets', async () => {
    mkdirSync(join(parent, 'other'));
    await writeNew(TREE, target, NOTHING_MORE);
    expect(statSync(target).mode).toBe(statSync(join(parent, 'other')).mode);
    expect(statSync(join(target, 'run')).mode & 0o100).toBe(0o100);
    expect(statSync(join(target, '.gitignore')).mode & 0o111).toBe(0);
  });

  test('leaves no signal handler', async () => {
    const listeners = () => process.listenerCount('SIGINT');
    const before = listeners();
    await writeNew(TREE, target, async () => expect(listeners()).toBe(before + 1));
    expect(listeners()).toBe(before);
  });

  test('is made with the folders above it', async () => {
    await writeNew(TREE, join(parent, 'a/b/churn'), NOTHING_MORE);
    expect(readFiles(join(parent, 'a/b/churn'))).toEqual(AS_BYTES);
  });

  test('may be there already when it is empty; it stays the same folder, with its rights', async () => {
    mkdirSync(target, { mode: 0o750 });
    const { ino, mode } = statSync(target);
    await writeNew(TREE, target, NOTHING_MORE);
    expect(readFiles(target)).toEqual(AS_BYTES);
    expect(statSync(target)).toMatchObject({ ino, mode });
    expect(namesIn(parent)).toEqual(['churn']);
  });

  test('may be there with what file browsers and editors leave, which stays', async () => {
    writeFiles(target, { '.DS_Store': 'a', '.idea/workspace.xml': 'b' });
    await writeNew(TREE, target, NOTHING_MORE);
    const left = { '.DS_Store': Buffer.from('a'), '.idea/workspace.xml': Buffer.from('b') };
    expect(readFiles(target)).toEqual(new Map([...AS_BYTES, ...Object.entries(left)].sort()));
  });

  test('appears at once and complete: while work goes on in the staging folder it is not there', async () => {
    await writeNew(TREE, target, async (staging) => {
      expect(existsSync(target)).toBe(false);
      expect(readFiles(staging)).toEqual(AS_BYTES);
      writeFiles(staging, { 'late.txt': 'late' });
    });
    expect(namesIn(target)).toContain('late.txt');
  });

  test('keeps a .git that is there already', async () => {
    writeFiles(target, { '.git/HEAD': 'ref: refs/heads/main\n' });
    await writeNew(TREE, target, NOTHING_MORE);
    expect(readFiles(target)).toEqual(AS_BYTES);
    expect(namesIn(join(target, '.git'))).toEqual(['HEAD']);
    expect(namesIn(parent)).toEqual(['churn']);
  });
});

describe('a target that is refused, untouched', () => {
  test('a folder that holds a file, which is named', () => {
    writeFiles(target, { 'mine.txt': 'mine' });
    expect(refusalOf(() => checkTarget(target))).toBe(
      `"${target}" is not empty: it holds "mine.txt". Nothing is overwritten: name a folder that is empty or not there yet.`,
    );
  });

  test('a folder that holds many files, of which three are named', () => {
    writeFiles(target, { a: '', b: '', c: '', d: '', e: '', '.git/HEAD': '' });
    expect(refusalOf(() => checkTarget(target))).toContain('it holds "a", "b", "c" and 2 more.');
  });

  test('a file', async () => {
    writeFiles(parent, { churn: 'mine' });
    expect(await laterRefusalOf(writeNew(TREE, target, NOTHING_MORE))).toContain('is not a folder');
    expect(String(readFiles(parent).get('churn'))).toBe('mine');
  });

  test.runIf(isPosix)('a link, even to an empty folder or to nothing', async () => {
    mkdirSync(join(parent, 'elsewhere'));
    symlinkSync(join(parent, 'elsewhere'), target);
    expect(await laterRefusalOf(writeNew(TREE, target, NOTHING_MORE))).toContain('is not a folder');
    expect(namesIn(join(parent, 'elsewhere'))).toEqual([]);

    symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'));
    const dangling = writeNew(TREE, join(parent, 'dangling'), NOTHING_MORE);
    expect(await laterRefusalOf(dangling)).toContain('is not a folder');
    expect(lstatSync(target).isSymbolicLink()).toBe(true);
  });
});

describe('when it fails, nothing is left', () => {
  const failing = async () => {
    throw new Error('no');
  };

  test('neither target nor staging folder', async () => {
    await expect(writeNew(TREE, target, failing)).rejects.toThrow('no');
    expect(namesIn(parent)).toEqual([]);
  });

  test('nor the folders above it that were made for it, while older ones stay', async () => {
    mkdirSync(join(parent, 'a'));
    await expect(writeNew(TREE, join(parent, 'a/b/c/churn'), failing)).rejects.toThrow('no');
    expect(namesIn(parent)).toEqual(['a']);
    expect(namesIn(join(parent, 'a'))).toEqual([]);
  });

  test('and a .git that was there stays as it was', async () => {
    writeFiles(target, { '.git/HEAD': 'ref: refs/heads/main\n' });
    await expect(writeNew(TREE, target, failing)).rejects.toThrow('no');
    expect(namesIn(target)).toEqual(['.git']);
    expect(namesIn(parent)).toEqual(['churn']);
  });

  test('and what another program put into the target meanwhile stays', async () => {
    const meddling = async () => writeFiles(target, { 'theirs.txt': 'theirs' });
    const refusal = laterRefusalOf(writeNew(TREE, target, meddling));
    expect(await refusal).toContain('it holds "theirs.txt"');
    expect(namesIn(parent)).toEqual(['churn']);
    expect(namesIn(target)).toEqual(['theirs.txt']);
  });

  test.runIf(isPosix)('and a link that appears meanwhile is not followed', async () => {
    mkdirSync(join(parent, 'elsewhere'));
    const meddling = async () => symlinkSync(join(parent, 'elsewhere'), target);
    expect(await laterRefusalOf(writeNew(TREE, target, meddling))).toContain('is not a folder');
    expect(namesIn(join(parent, 'elsewhere'))).toEqual([]);
    expect(namesIn(parent)).toEqual(['churn', 'elsewhere']);
  });

  test('and an empty folder that appears meanwhile is taken', async () => {
    await writeNew(TREE, target, async () => void mkdirSync(target));
    expect(readFiles(target)).toEqual(AS_BYTES);
  });

  test.runIf(isPosix && process.getuid?.() !== 0)(
    'in a folder without the right to write',
    async () => {
      chmodSync(parent, 0o500);
      await expect(writeNew(TREE, target, NOTHING_MORE)).rejects.toThrow('EACCES');
      chmodSync(parent, 0o700);
      expect(namesIn(parent)).toEqual([]);
    },
  );

  test('and an empty folder that was there stays empty', async () => {
    mkdirSync(target);
    await expect(writeNew(TREE, target, failing)).rejects.toThrow('no');
    expect(namesIn(target)).toEqual([]);
  });

  test('two at once into one target: one is written whole, the other is refused', async () => {
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
    const results = await Promise.allSettled([
      writeNew(TREE, target, slow),
      writeNew(TREE, target, slow),
    ]);
    expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readFiles(target)).toEqual(AS_BYTES);
    expect(namesIn(parent)).toEqual(['churn']);
  });
});

describe.runIf(isPosix)('a process that is stopped while it writes', () => {
  /** Writes in a process of its own, which says so and waits before the target appears. */
  async function stopWriter(signal: NodeJS.Signals) {
    const module = pathToFileURL(join(import.meta.dirname, '../../generators/engine/write.ts'));
    const script = `
      const { writeNew } = await import('${module}');
      const tree = new Map([['a.txt', { bytes: Buffer.from('a'), mode: '100644' }]]);
      await writeNew(tree, ${JSON.stringify(join(parent, 'made/churn'))}, async () => {
        console.log('ready');
        await new Promise((resolve) => setTimeout(resolve, 20_000));
      });`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill(signal);
    return (await exit) as [number | null, NodeJS.Signals | null];
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s leaves nothing and ends with 130',
    async (signal) => {
      expect(await stopWriter(signal)).toEqual([130, null]);
      expect(namesIn(parent)).toEqual([]);
    },
  );

  test('by SIGKILL leaves no target, and a second run writes it', async () => {
    expect(await stopWriter('SIGKILL')).toEqual([null, 'SIGKILL']);
    const made = join(parent, 'made');
    expect(namesIn(made)).not.toContain('churn');
    await writeNew(TREE, join(made, 'churn'), NOTHING_MORE);
    expect(readFiles(join(made, 'churn'))).toEqual(AS_BYTES);
  });
});
