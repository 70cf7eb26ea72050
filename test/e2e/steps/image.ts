import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Containers, findContainers } from '../machine/containers.ts';
import { baseImages } from '../repository/dockerfile.ts';
import { expectSame, type Metrics, parseMetrics } from '../repository/metrics.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'image trains the same',
  needs: ['train', 'evaluate'],
  after: ['dvc'],
  run: trainInImage,
};

/** Nothing but its own folder to write to, no rights, no network: training needs none of them. */
const LOCKED_UP = [
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--network=none',
];

async function trainInImage(room: Room): Promise<string> {
  const containers = await findContainers(room.machine);
  const dockerfile = await readFile(join(room.clone, 'Dockerfile'), 'utf8');
  await containers.provide(baseImages(dockerfile));
  const image = `nimble-e2e-${room.id.replace(/\W+/g, '-')}`;
  const build = ['build', '--tag', image, '.'];
  const built = await containers.docker(build, { cwd: room.clone, log: room.log, seconds: 1800 });
  const volume = `${image}-${process.pid}`;
  try {
    await runInside(room, containers, image, volume, []);
    const inside = await readInside(room, containers, image, volume);
    expectSame(room.facts.trained ?? {}, inside, 'inside the image');
  } finally {
    await containers.docker(['volume', 'rm', '--force', volume], { mayFail: true });
  }
  return `built in ${built.seconds.toFixed(0)} s`;
}

async function readInside(
  room: Room,
  containers: Containers,
  image: string,
  volume: string,
): Promise<Metrics> {
  const words = ['python', '-c', 'print(open("reports/train.json").read())'];
  const { stdout } = await runInside(room, containers, image, volume, words);
  const metrics = parseMetrics(stdout);
  if (Object.keys(metrics).length === 0) throw new Wrong('the image wrote no metrics');
  return metrics;
}

function runInside(
  room: Room,
  containers: Containers,
  image: string,
  volume: string,
  words: string[],
) {
  const mount = `--volume=${volume}:/work`;
  const args = ['run', '--rm', ...LOCKED_UP, mount, image, ...words];
  return containers.docker(args, { cwd: room.clone, log: room.log });
}
