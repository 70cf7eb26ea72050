// Locks for what all runs on a machine share: the folder of tools, a port that a program insists on.
import { readFileSync, rmSync } from 'node:fs';
import { link, mkdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const POLL_MILLISECONDS = 200;
/** Taking over the lock of a process that ended takes far less. */
const TAKEOVER_MILLISECONDS = 10_000;

const held = new Set<string>();
process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

/** Works while no other run, and no other workspace of this one, holds the lock of that name. */
export async function withLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const locks = join(folder, 'locks');
  await mkdir(locks, { recursive: true });
  const path = join(locks, name.replace(/[^\w.-]+/g, '_'));
  while (!(await take(path))) await setTimeout(POLL_MILLISECONDS);
  held.add(path);
  try {
    return await work();
  } finally {
    held.delete(path);
    await rm(path, { force: true });
  }
}

/** Takes the lock unless a process that still runs has it. */
export async function take(path: string): Promise<boolean> {
  if (await create(path)) return true;
  if (isHeld(path)) return false;
  await removeAbandoned(path);
  return false;
}

/** With its content, in one go: a lock is never seen empty. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${counter++}`;
  await writeFile(draft, String(process.pid));
  try {
    await link(draft, path);
    return true;
  } catch {
    return false;
  } finally {
    await unlink(draft);
  }
}

let counter = 0;

/** Whether the process that took it still runs; one that vanished at this moment is checked again. */
function isHeld(path: string): boolean {
  try {
    return isRunning(Number(readFileSync(path, 'utf8')));
  } catch {
    return true;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** By one run at a time, which checks again: else one could remove the lock that another has just taken. */
async function removeAbandoned(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await create(guard))) {
    const { mtimeMs } = await stat(guard).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > TAKEOVER_MILLISECONDS) await rm(guard, { force: true });
    return;
  }
  const pid = Number(await readFile(path, 'utf8').catch(() => process.pid));
  if (!isRunning(pid)) await rm(path, { force: true });
  await rm(guard, { force: true });
}
