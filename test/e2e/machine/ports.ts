// Ports on loopback.
import { mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/find-uv.js';
import { take, withLock } from './lock.ts';
import type { Machine } from './machine.ts';

/** Shared by all runs of this machine. */
const RESERVED = join(cacheFolder(), 'e2e', 'ports');

const reserved = new Set<string>();

/** One that no server listens to at the moment, and that no other run is given while this one lasts. */
export async function freePort(): Promise<number> {
  await mkdir(RESERVED, { recursive: true });
  for (;;) {
    const port = await unusedPort();
    const path = join(RESERVED, String(port));
    if (reserved.has(path) || !(await take(path))) continue;
    reserved.add(path);
    return port;
  }
}

/** Works while no other run has a server on MLflow's own port, which the VM and `poe ui` take. */
export function withMlflowPort<T>(machine: Machine, work: () => Promise<T>): Promise<T> {
  return withLock(machine.cache, 'port-5000', work);
}

/** At the end of the run. */
export async function releasePorts(): Promise<void> {
  for (const path of reserved) await rm(path, { force: true });
  reserved.clear();
}

function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      listener.close(() => resolve(port));
    });
  });
}

export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.end() !== undefined));
    socket.once('error', () => resolve(false));
  });
}

/** Whether a server gives that page, and not an error. */
export function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}
