// Storage other than S3, each server on loopback for as long as a step needs it.
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Skip, type Workspace } from '../step.ts';
import { needPrograms } from './debian.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import { freePort, isOpen } from './ports.ts';
import { CommandFailed, start } from './processes.ts';
import { findTool } from './tools.ts';

export interface StorageServer {
  /** What `poe data-remote` is given. */
  remote: string;
  env: NodeJS.ProcessEnv;
  /** A remote, the environment, and what the one line of the refusal says. */
  refused: [remote: string, env: NodeJS.ProcessEnv, cure: RegExp][];
  close(): Promise<void>;
}

/** Each resolves to an open server, or throws `Skip` where its program cannot be had. */
export const STORAGE_SERVERS = {
  'Google Cloud': openGoogle,
  Azure: openAzure,
  SSH: openSsh,
};

async function openGoogle({ machine }: Workspace): Promise<StorageServer> {
  const tool = await findTool(machine, 'gcp-storage-emulator');
  const port = await freePort();
  const line = ['start', '--host=127.0.0.1', `--port=${port}`, '--in-memory'];
  line.push('--default-bucket=bucket');
  const server = await serve(machine, port, tool, line);
  const env = { ...machine.env, STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` };
  const nowhere = { ...env, STORAGE_EMULATOR_HOST: 'http://127.0.0.1:9' };
  return {
    remote: 'gs://bucket/dvc',
    env,
    refused: [
      ['gs://no-such-bucket/dvc', env, /Make it first/],
      ['gs://bucket/other', nowhere, /cannot be reached/],
    ],
    close: () => server.stop(),
  };
}

/** The account and the key that every Azurite has; they open nothing else. */
const ACCOUNT = 'devstoreaccount1';
const KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const AZURITE = 'azurite@3.37.0';

async function openAzure({ machine, scratch }: Workspace): Promise<StorageServer> {
  const tool = await once(AZURITE, () =>
    withLock(machine.cache, 'azurite', () => installAzurite(machine)),
  );
  const port = await freePort();
  const where = ['--blobHost', '127.0.0.1', '--blobPort', String(port)];
  const folder = ['--location', join(scratch, 'azurite')];
  const line = [tool, ...where, ...folder, '--silent', '--skipApiVersionCheck'];
  const server = await serve(machine, port, process.execPath, line);
  await makeContainer(port, 'box');
  const connection = (key: string, at: number) => ({
    ...machine.env,
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${at}/${ACCOUNT};`,
  });
  const env = connection(KEY, port);
  return {
    remote: 'azure://box/dvc',
    env,
    refused: [
      ['azure://no-such-box/dvc', env, /make it first/],
      ['azure://box/other', connection(KEY.replace('Eby8', 'Eby9'), port), /credentials may not/],
    ],
    close: () => server.stop(),
  };
}

async function installAzurite(machine: Machine): Promise<string> {
  const home = join(machine.cache, 'tools', AZURITE.replace('@', '-'));
  const script = join(home, 'node_modules/azurite/dist/src/blob/main.js');
  if (existsSync(script)) return script;
  await mkdir(home, { recursive: true });
  const line = ['install', '--prefix', home, '--no-audit', '--no-fund', '--ignore-scripts'];
  try {
    await machine.run('npm', [...line, AZURITE]);
  } catch (error) {
    if (machine.strict || !(error instanceof CommandFailed)) throw error;
    throw new Skip(`${AZURITE} cannot be installed here`);
  }
  return script;
}

/** What `az storage container create` does, without the 500 MB of `az`. */
async function makeContainer(port: number, name: string): Promise<void> {
  const date = new Date().toUTCString();
  const version = '2021-08-06';
  const headers = `x-ms-date:${date}\nx-ms-version:${version}`;
  const path = `/${ACCOUNT}/${ACCOUNT}/${name}\nrestype:container`;
  const key = Buffer.from(KEY, 'base64');
  const signature = createHmac('sha256', key)
    .update(`PUT${'\n'.repeat(12)}${headers}\n${path}`)
    .digest('base64');
  const answer = await fetch(`http://127.0.0.1:${port}/${ACCOUNT}/${name}?restype=container`, {
    method: 'PUT',
    headers: {
      'x-ms-date': date,
      'x-ms-version': version,
      authorization: `SharedKey ${ACCOUNT}:${signature}`,
    },
  });
  if (!answer.ok) throw new Error(`no container: ${answer.status} ${await answer.text()}`);
}

/** It has to be started by its whole path, which is on no user's PATH. */
const SSHD = '/usr/sbin/sshd';

/** A server for this user alone, with keys of its own; it takes no password. */
async function openSsh(workspace: Workspace): Promise<StorageServer> {
  const { machine } = workspace;
  await needPrograms(machine, ['ssh-keygen'], ['openssh-client']);
  if (!existsSync(SSHD)) await needPrograms(machine, ['sshd'], ['openssh-server']);
  const folder = join(workspace.scratch, 'ssh');
  await mkdir(folder);
  // Where the server of Debian, started by root, puts itself before anyone has logged in.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  for (const key of ['host', 'me', 'stranger']) {
    const line = ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)];
    await machine.run('ssh-keygen', line);
  }
  const port = await freePort();
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/me.pub`,
    `PidFile ${folder}/pid`,
    'UsePAM no',
    'PasswordAuthentication no',
    'StrictModes no',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(join(folder, 'config'), `${settings.join('\n')}\n`);
  const line = ['-D', '-e', '-f', join(folder, 'config')];
  const server = await serve(machine, port, SSHD, line);
  const url = `ssh://127.0.0.1:${port}${folder}/data/dvc`;
  return {
    remote: `${url} keyfile=${folder}/me`,
    env: machine.env,
    refused: [
      [`${url} keyfile=${folder}/stranger`, machine.env, /credentials may not/],
      [`ssh://127.0.0.1:9/tmp keyfile=${folder}/me`, machine.env, /cannot be reached/],
    ],
    close: () => server.stop(),
  };
}

/** Starts a server and waits until its port answers. */
async function serve(machine: Machine, port: number, file: string, args: string[]) {
  const options = { cwd: machine.scratch, env: machine.env, seconds: 3600 };
  const server = start(file, args, options);
  for (let tries = 0; tries < 300 && !(await isOpen(port)); tries += 1) await setTimeout(200);
  if (await isOpen(port)) return server;
  await server.stop();
  throw new Error(`"${file}" does not listen:\n${server.output()}`);
}
