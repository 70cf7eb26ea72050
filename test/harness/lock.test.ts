import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { take, withLock } from '../e2e/machine/lock.ts';
import { freePort, releasePorts } from '../e2e/machine/ports.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nimble-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const LOCK = pathToFileURL(join(import.meta.dirname, '../e2e/machine/lock.ts')).href;

/** A process that adds one to a number in a file a few times, each time slowly and under the lock. */
function countInProcess(file: string, times: number): Promise<number | null> {
  const program = `
    import { readFile, writeFile } from 'node:fs/promises';
    import { setTimeout } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(LOCK)};
    for (let i = 0; i < ${times}; i += 1)
      await withLock(${JSON.stringify(folder)}, 'count', async () => {
        const count = Number(await readFile(${JSON.stringify(file)}, 'utf8'));
        await setTimeout(5);
        await writeFile(${JSON.stringify(file)}, String(count + 1));
      });`;
  const tsx = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, tsx, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
}

test('two runs never hold the same lock, and none is left behind', async () => {
  const file = join(folder, 'number');
  await writeFile(file, '0');
  const codes = await Promise.all([countInProcess(file, 5), countInProcess(file, 5)]);
  expect(codes).toEqual([0, 0]);
  expect(await readFile(file, 'utf8')).toBe('10');
  expect(await readdir(join(folder, 'locks'))).toEqual([]);
});

test('two workspaces of one run never hold the same lock, and a failure releases it', async () => {
  const order: string[] = [];
  const hold = (name: string) =>
    withLock(folder, 'one', async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} ends`);
      if (name === 'first') throw new Error('failed');
    });
  const [first, second] = await Promise.allSettled([hold('first'), hold('second')]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  expect(order.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends']);
});

test('the lock of a process that ended is taken over', async () => {
  const child = spawn(process.execPath, ['--eval', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  const path = join(folder, 'abandoned');
  await writeFile(path, String(child.pid));
  // The first attempt removes it, and says that it was there.
  expect([await take(path), await take(path)]).toEqual([false, true]);
  expect(await readFile(path, 'utf8')).toBe(String(process.pid));
});

test('no port is given twice, although no server listens to it yet', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  await releasePorts();
  expect(new Set(ports).size).toBe(20);
});
