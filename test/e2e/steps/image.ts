import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Containers, findContainers } from '../machine/containers.ts';
import { baseImages } from '../repository/dockerfile.ts';
import { expectSame, parseMetrics } from '../repository/metrics.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'image trains the same',
  needs: ['train'],
  after: ['dvc'],
  run: trainInImage,
};

async function trainInImage(room: Room): Promise<string> {
  const containers = await findContainers(room.machine);
  const dockerfile = await readFile(join(room.clone, 'Dockerfile'), 'utf8');
  await containers.provide(baseImages(dockerfile));
  const { env } = containers;
  const built = await room.type('uv run poe image', { env, seconds: 1800 });
  await room.type('uv run poe image run python --version', { env });
  const image = /Built "([^"]+)"/.exec(built.output)?.[1] ?? '';
  const printed = await trainInside(room, containers, image);
  expectSame(room.facts.trained ?? {}, parseMetrics(printed), 'inside the image');
  return `built in ${built.seconds.toFixed(0)} s`;
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
async function trainInside(room: Room, containers: Containers, image: string): Promise<string> {
  const volume = `${image}-${room.id.replace(/\W+/g, '-')}-${process.pid}`;
  const options = ['--rm', `--volume=${volume}:/work`, ...LOCKED_UP, ...sameArithmetic(room)];
  const inside = (...words: string[]) =>
    containers.docker(['run', ...options, image, ...words], { cwd: room.clone, log: room.log });
  try {
    await inside();
    return (await inside('python', '-c', 'print(open("reports/train.json").read())')).stdout;
  } finally {
    await containers.docker(['volume', 'rm', '--force', volume], { mayFail: true });
  }
}

/** A machine may choose OpenBLAS's kernels by environment; others would round differently. */
function sameArithmetic(room: Room): string[] {
  const names = Object.keys(room.machine.env).filter((name) => name.startsWith('OPENBLAS_'));
  return names.map((name) => `--env=${name}=${room.machine.env[name]}`);
}
