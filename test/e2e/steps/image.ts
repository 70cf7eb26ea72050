import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Containers, findContainers } from '../machine/containers.ts';
import { baseImages } from '../repository/dockerfile.ts';
import { expectSame, parseMetrics } from '../repository/metrics.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'Image trains the same model',
  needs: 'Docker, or buildah and podman as root on Linux.',
  proves:
    'The image builds, and trains to the same metrics without network, privileges or a writable root.',
  requires: ['train'],
  after: ['dvc'],
  run: trainInImage,
};

async function trainInImage(workspace: Workspace): Promise<string> {
  const containers = await findContainers(workspace.machine);
  const dockerfile = await readFile(join(workspace.clone, 'Dockerfile'), 'utf8');
  await containers.provide(baseImages(dockerfile));
  const { env } = containers;
  return containers.exclusively(workspace.name, async () => {
    const built = await workspace.shell('uv run poe image', { env, seconds: 1800 });
    await workspace.shell('uv run poe image run python --version', { env });
    const image = /Built "([^"]+)"/.exec(built.output)?.[1] ?? '';
    const printed = await trainInside(workspace, containers, image);
    expectSame(workspace.facts.trained ?? {}, parseMetrics(printed), 'inside the image');
    return `built in ${built.seconds.toFixed(0)} s`;
  });
}

/** Nothing but its own folder to write to, no rights, no network: training needs none of them. */
const LOCKED_UP = [
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--network=none',
];

/** Trains in a new volume, which starts with the image's own configuration; gives the report. */
async function trainInside(
  workspace: Workspace,
  containers: Containers,
  image: string,
): Promise<string> {
  const volume = `${image}-${workspace.id.replace(/\W+/g, '-')}-${process.pid}`;
  const options = ['--rm', `--volume=${volume}:/work`, ...LOCKED_UP, ...sameArithmetic(workspace)];
  const inside = (...words: string[]) =>
    containers.docker(['run', ...options, image, ...words], {
      cwd: workspace.clone,
      log: workspace.log,
    });
  try {
    await inside();
    return (await inside('python', '-c', 'print(open("reports/train.json").read())')).stdout;
  } finally {
    await containers.docker(['volume', 'rm', '--force', volume], { mayFail: true });
  }
}

/** A machine may choose OpenBLAS's kernels by environment; others would round differently. */
function sameArithmetic(workspace: Workspace): string[] {
  const names = Object.keys(workspace.machine.env).filter((name) => name.startsWith('OPENBLAS_'));
  return names.map((name) => `--env=${name}=${workspace.machine.env[name]}`);
}
