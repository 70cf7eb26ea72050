// A PostgreSQL server on loopback, in a folder of its own, for an ordinary user.
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Workspace } from '../step.ts';
import { needPrograms } from './debian.ts';
import { freePort } from './ports.ts';
import { start } from './processes.ts';

export interface Database {
  /** With user and password. */
  url: string;
  /** What a query gives, as text. */
  ask(query: string): Promise<string>;
  close(): Promise<void>;
}

/** The server refuses to be root. */
const ORDINARY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
/** Where Debian keeps the programs that are not on the PATH. */
const PROGRAMS = '/usr/lib/postgresql';

export async function openPostgres(workspace: Workspace): Promise<Database> {
  const machine = await withPrograms(workspace);
  const folder = join(workspace.scratch, 'postgres');
  await mkdir(folder);
  await writeFile(join(folder, 'password'), 'a-password');
  if (ORDINARY.uid) {
    await chmod(workspace.scratch, 0o755);
    for (const path of [folder, join(folder, 'password')]) {
      await chown(path, ORDINARY.uid, ORDINARY.gid ?? 0);
    }
  }
  const port = await freePort();
  const data = join(folder, 'data');
  const options = { cwd: folder, env: { ...machine, HOME: folder }, ...ORDINARY };
  const who = ['--username=mlflow', `--pwfile=${join(folder, 'password')}`];
  await workspace.run('initdb', ['--auth=scram-sha-256', '--no-sync', ...who, data], options);
  const where = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
  const server = start('postgres', where, { ...options, seconds: 3600 });
  const url = `postgresql://mlflow:a-password@127.0.0.1:${port}/postgres`;
  const ask = async (query: string) =>
    (await workspace.run('psql', [url, '-tAc', query], options)).stdout.trim();
  for (let tries = 0; tries < 60; tries += 1) {
    const ready = ['-h', '127.0.0.1', '-p', String(port), '-q'];
    const { code } = await workspace.run('pg_isready', ready, { ...options, mayFail: true });
    if (code === 0) return { url, ask, close: () => server.stop() };
    await setTimeout(1000);
  }
  await server.stop();
  throw new Error(`PostgreSQL does not answer:\n${server.output()}`);
}

async function withPrograms({ machine }: Workspace): Promise<NodeJS.ProcessEnv> {
  const versions = await readdir(PROGRAMS).catch(() => []);
  const shelves = versions.map((version) => join(PROGRAMS, version, 'bin'));
  const env = { ...machine.env, PATH: [machine.env.PATH, ...shelves].join(delimiter) };
  await needPrograms({ ...machine, env }, ['initdb', 'postgres', 'psql'], ['postgresql']);
  const installed = (await readdir(PROGRAMS).catch(() => [])).map((each) =>
    join(PROGRAMS, each, 'bin'),
  );
  return { ...env, PATH: [machine.env.PATH, ...installed].join(delimiter) };
}
