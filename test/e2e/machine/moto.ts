// An AWS of our own on loopback.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Machine } from './machine.ts';
import { answers, freePort } from './ports.ts';
import { start } from './processes.ts';
import { findTool } from './tools.ts';

export interface Cloud {
  /** The environment in which AWS is this one, and no other can be reached by its keys. */
  env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function openMoto(machine: Machine): Promise<Cloud> {
  const moto = await findTool(machine, 'moto_server');
  const port = await freePort();
  const python = join(dirname(realpathSync(moto)), 'python');
  const fake = join(import.meta.dirname, '../fakes/moto_over_tls.py');
  const server = start(python, [fake, '-H', '127.0.0.1', '-p', String(port)], {
    cwd: machine.scratch,
    env: machine.env,
    seconds: 3600,
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 150 && !(await answers(`${url}/moto-api/`)); tries += 1) {
    await setTimeout(200);
  }
  const proxy = { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  const env = {
    ...machine.env,
    ...proxy,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  };
  return { env, close: () => server.stop() };
}
