// A registry of images on loopback: Debian's docker-registry.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure, type Workspace } from '../step.ts';
import { needPrograms } from './debian.ts';
import { answers, freePort } from './ports.ts';
import { start } from './processes.ts';

export interface ImageRegistry {
  /** Host and port. */
  host: string;
  /** What lets podman push there without TLS; Docker does so on loopback anyway. */
  env: NodeJS.ProcessEnv;
  /** The bytes of a manifest, by tag or digest. */
  readManifest(repository: string, reference: string): Promise<string>;
  tags(repository: string): Promise<string[]>;
  close(): Promise<void>;
}

const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];

export async function openImageRegistry(workspace: Workspace): Promise<ImageRegistry> {
  await needPrograms(workspace.machine, ['docker-registry'], ['docker-registry']);
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const folder = join(workspace.scratch, `registry-${port}`);
  await mkdir(folder, { recursive: true });
  const settings = join(folder, 'settings.yml');
  const storage = { filesystem: { rootdirectory: join(folder, 'images') } };
  const content = { version: 0.1, log: { level: 'error' }, storage, http: { addr: host } };
  await writeFile(settings, JSON.stringify(content));
  const insecure = join(folder, 'registries.conf');
  await writeFile(insecure, `[[registry]]\nlocation = "${host}"\ninsecure = true\n`);
  const server = start('docker-registry', ['serve', settings], {
    cwd: folder,
    env: workspace.machine.env,
    log: workspace.log,
    seconds: 1800,
  });
  for (let tries = 0; tries < 150 && !(await answers(`http://${host}/v2/`)); tries += 1) {
    await setTimeout(200);
  }
  const read = async (path: string) => {
    const headers = { accept: MANIFESTS.join(', ') };
    const response = await fetch(`http://${host}/v2/${path}`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Failure(`the registry answers ${response.status}: ${text}`);
    return text;
  };
  return {
    host,
    env: { CONTAINERS_REGISTRIES_CONF: insecure },
    readManifest: (repository, reference) => read(`${repository}/manifests/${reference}`),
    tags: async (repository) => JSON.parse(await read(`${repository}/tags/list`)).tags ?? [],
    close: () => server.stop(),
  };
}
