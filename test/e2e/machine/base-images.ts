// Fakes of base images whose registry is out of reach: made once from Debian's packages and the uv at hand, under the
// names the Dockerfile uses. They test the Dockerfile, not the upstream base.

import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Skip } from '../step.ts';
import { withLock } from './lock.ts';
import type { Machine } from './machine.ts';

const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const ROOT = 'localhost/python-on-debian';

/** The Python of Debian bookworm; there is no fake of another minor version. */
const PYTHON = /(^|\/)python:3\.11[.\w-]*(@sha256:\w+)?$/;
const UV = /(^|\/)uv:[.\w-]+(@sha256:\w+)?$/;

/** In the store of this run, from layers in the shared one. */
export async function makeBaseImage(
  machine: Machine,
  shared: NodeJS.ProcessEnv,
  image: string,
): Promise<void> {
  if (await succeeds(machine, ['pull', '--quiet', image])) return;
  if (PYTHON.test(image)) return makePython(machine, shared, image);
  if (UV.test(image)) return makeUv(machine, image);
  throw new Skip(`the image "${image}" is out of reach, and there is no fake of it`);
}

/** What a RUN must see to reach the package indexes from inside. */
const PASSED_ON = ['UV_INDEX', 'UV_DEFAULT_INDEX', 'PIP_INDEX_URL'];

async function makePython(
  machine: Machine,
  shared: NodeJS.ProcessEnv,
  image: string,
): Promise<void> {
  await withLock(machine.cache, 'base-images', async () => {
    if (await succeeds(machine, ['inspect', '--type', 'image', ROOT])) return;
    await makeRoot({ ...machine, env: shared });
  });
  await inContainer(machine, ROOT, image, async (container) => {
    for (const name of PASSED_ON) {
      const value = machine.env[name];
      if (value) await buildah(machine, ['config', '--env', `${name}=${value}`, container]);
    }
  });
}

async function makeRoot(machine: Machine): Promise<void> {
  const archive = join(machine.scratch, 'base.tar');
  const packages = '--include=ca-certificates,python3,python3-venv,python3-pip';
  const flags = ['--quiet', '--variant=minbase', packages, 'bookworm'];
  await machine.run('mmdebstrap', [...flags, archive], { log: machine.log });
  await inContainer(machine, 'scratch', ROOT, async (container) => {
    await buildah(machine, ['add', '--quiet', container, archive, '/']);
    await buildah(machine, ['run', container, '--', 'sh', '-c', LIKE_UPSTREAM]);
    if (!existsSync(BUNDLE)) return;
    // The machine's own certificates: its way to the package index may need them.
    await buildah(machine, ['add', '--quiet', container, BUNDLE, BUNDLE]);
    for (const name of ['SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE']) {
      await buildah(machine, ['config', '--env', `${name}=${BUNDLE}`, container]);
    }
  });
}

/** The upstream image has its Python in /usr/local/bin and lets pip install into it. */
const LIKE_UPSTREAM =
  'ln -s /usr/bin/python3 /usr/local/bin/python3; ln -s /usr/bin/python3 /usr/local/bin/python; ' +
  'rm -f /usr/lib/python3*/EXTERNALLY-MANAGED';

async function makeUv(machine: Machine, image: string): Promise<void> {
  const folder = join(machine.scratch, 'uv-image');
  await mkdir(folder, { recursive: true });
  await copyFile(machine.uv, join(folder, 'uv'));
  await inContainer(machine, 'scratch', image, async (container) => {
    await buildah(machine, ['copy', '--quiet', container, join(folder, 'uv'), '/uv']);
  });
}

async function inContainer(
  machine: Machine,
  from: string,
  image: string,
  work: (container: string) => Promise<void>,
): Promise<void> {
  const { stdout } = await buildah(machine, ['from', '--pull-never', from]);
  const container = stdout.trim();
  try {
    await work(container);
    // No time in it: the same content has the same id, and layers built on it are found again.
    await buildah(machine, ['commit', '--quiet', '--timestamp', '0', container, image]);
  } finally {
    await buildah(machine, ['rm', container]);
  }
}

function buildah(machine: Machine, args: string[]) {
  return machine.run('buildah', args, { env: machine.env, log: machine.log });
}

async function succeeds(machine: Machine, args: string[]): Promise<boolean> {
  const options = { env: machine.env, mayFail: true, seconds: 300 };
  return (await machine.run('buildah', args, options)).code === 0;
}
