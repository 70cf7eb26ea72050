// In place of a package index that is out of reach: the wheels of the folders that PIP_FIND_LINKS
// names, served on loopback as a simple index under the index's own name.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { discoverBlocks } from '../../../generators/engine/catalog.ts';
import type { Machine } from './machine.ts';

/** The first choice: the same address from run to run keeps locks and image layers usable. */
const PORT = 18_741;

let server: Server | undefined;

/** Serves the wheels for every named index that does not answer, and points uv to them. */
export async function serveMissingIndexes(machine: Machine): Promise<string | undefined> {
  const indexes = await namedIndexes(machine);
  const silent: string[] = [];
  for (const [name, url] of indexes) {
    if (!(await answers(url))) silent.push(name);
  }
  if (silent.length === 0) return undefined;
  const wheels = await findWheels();
  if (wheels.size === 0) {
    return `${silent.join(', ')}: out of reach, and PIP_FIND_LINKS names no folder with wheels`;
  }
  const address = await serve(wheels);
  machine.env.UV_INDEX = silent.map((name) => `${name}=${address}`).join(' ');
  return `${silent.join(', ')}: out of reach, ${wheels.size} wheel(s) of PIP_FIND_LINKS served instead`;
}

export function closeIndexes(): void {
  server?.closeAllConnections();
  server?.close();
}

/** The indexes that blocks add, from their own slots: nothing is named here. */
async function namedIndexes(machine: Machine): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const block of (await discoverBlocks(join(machine.checkout, 'templates'))).values()) {
    for (const [name, url] of Object.entries(block.entries.uv_indexes ?? {})) found.set(name, url);
  }
  return found;
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5000);
    return (await fetch(url, { method: 'HEAD', signal })).status < 500;
  } catch {
    return false;
  }
}

async function findWheels(): Promise<Map<string, string>> {
  const wheels = new Map<string, string>();
  for (const folder of (process.env.PIP_FIND_LINKS ?? '').split(/\s+/).filter(Boolean)) {
    const files = await readdir(folder).catch(() => []);
    for (const file of files.filter((name) => name.endsWith('.whl'))) {
      wheels.set(file, join(folder, file));
    }
  }
  return wheels;
}

async function serve(wheels: Map<string, string>): Promise<string> {
  const sums = new Map<string, string>();
  for (const [name, path] of wheels) sums.set(name, await sha256(path));
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    answer(request, response, wheels, sums).catch(() => response.destroy());
  server = createServer(handle);
  const port = await listen(server, PORT).catch(() => listen(server as Server, 0));
  // The harness may end while this still listens.
  server.unref();
  return `http://127.0.0.1:${port}`;
}

function listen(on: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    on.once('error', reject);
    on.listen(port, '127.0.0.1', () => resolve((on.address() as AddressInfo).port));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  wheels: Map<string, string>,
  sums: Map<string, string>,
): Promise<void> {
  const parts = decodeURIComponent(request.url ?? '/')
    .split('/')
    .filter(Boolean);
  const last = parts.at(-1) ?? '';
  const path = wheels.get(last);
  if (path) return sendFile(request, response, path);
  const links = [...wheels.keys()]
    .filter((wheel) => projectOf(wheel) === last)
    .map(
      (wheel) =>
        `<a href="/files/${encodeURIComponent(wheel)}#sha256=${sums.get(wheel)}">${wheel}</a>`,
    );
  response.writeHead(links.length > 0 ? 200 : 404, { 'content-type': 'text/html' });
  response.end(`<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`);
}

/** uv asks for the end of a wheel first, to read its metadata. */
async function sendFile(request: IncomingMessage, response: ServerResponse, path: string) {
  const { size } = await stat(path);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? (range[1] ? Number(range[1]) : size - Number(range[2])) : 0;
  const end = range?.[1] && range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(path, { start, end }).pipe(response);
}

function projectOf(wheel: string): string {
  return (wheel.split('-')[0] ?? '').replace(/[-_.]+/g, '-').toLowerCase();
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
