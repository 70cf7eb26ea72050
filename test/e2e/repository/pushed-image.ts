import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import type { Workflow } from '../machine/actions.ts';
import { type Containers, findContainers } from '../machine/containers.ts';
import { type ImageRegistry, openImageRegistry } from '../machine/image-registry.ts';
import { Failure, type Workspace } from '../step.ts';
import { baseImages } from './dockerfile.ts';
import { expectMatch } from './output.ts';

/** The workflow builds the image, checks it and pushes it to a registry on loopback, from which it is read back by its digest. */
export async function pushImage(workspace: Workspace, workflow: Workflow): Promise<string> {
  const containers = await findContainers(workspace.machine);
  await containers.provide(baseImages(await readFile(join(workspace.clone, 'Dockerfile'), 'utf8')));
  const registry = await openImageRegistry(workspace);
  try {
    return await containers.exclusively(workspace.name, () =>
      runWorkflow(workspace, workflow, containers, registry),
    );
  } finally {
    await registry.close();
  }
}

async function runWorkflow(
  workspace: Workspace,
  workflow: Workflow,
  containers: Containers,
  registry: ImageRegistry,
): Promise<string> {
  const repository = `team/${workspace.name}`;
  const env = { ...containers.env, ...registry.env };
  const variables = { IMAGE_TARGET: `${registry.host}/${repository}` };
  const options = { env, seconds: 1800, variables };
  const output = await executeWorkflow(workspace, workflow, options);
  const [, digest = ''] =
    /Pushed \S+@(sha256:[0-9a-f]{64}), which is the image that was checked/.exec(output) ?? [];
  if (!digest) throw new Failure(`the workflow names no digest:\n${output}`);
  expectMatch(
    output,
    new RegExp(`would sign: ${digest.slice(7)} {2}${registry.host}/${repository}`),
  );
  const manifest = await registry.readManifest(repository, digest);
  const hash = createHash('sha256').update(manifest).digest('hex');
  if (`sha256:${hash}` !== digest) throw new Failure(`the registry has ${hash} as ${digest}`);
  const [tag = ''] = await registry.tags(repository);
  expectMatch(tag, /^\d{8}T\d{6}Z-[0-9a-f]{12}$/);
  const named = `${registry.host}/${repository}@${digest}`;
  const ran = await containers.docker(['run', '--rm', named, 'python', '--version'], { env });
  return `${digest.slice(0, 19)}, ${ran.stdout.trim()}`;
}
