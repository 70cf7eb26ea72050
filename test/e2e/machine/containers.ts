// Builds and runs images: with Docker where its daemon answers, else with buildah and podman, whose
// programs stand behind the name `docker` so that people's commands run as they are written.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execaSync } from 'execa';
import { Skip } from '../step.ts';
import { makeBaseImage } from './base-images.ts';
import { hasProgram, needPrograms } from './debian.ts';
import { type Machine, once } from './machine.ts';
import type { Outcome, RunOptions } from './processes.ts';

export interface Containers {
  /** The environment in which `docker` works. */
  env: NodeJS.ProcessEnv;
  docker(args: string[], options?: Partial<RunOptions>): Promise<Outcome>;
  /** Makes sure these images can be had, pulled or stood in for. */
  provide(images: string[]): Promise<void>;
}

export function findContainers(machine: Machine): Promise<Containers> {
  return once('containers', () => openContainers(machine));
}

async function openContainers(machine: Machine): Promise<Containers> {
  if (await dockerAnswers(machine)) return dockerItself(machine);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Skip('no Docker daemon answers, and buildah here needs root on Linux');
  }
  const packages = [
    'podman',
    'buildah',
    'runc',
    'mmdebstrap',
    'containernetworking-plugins',
    'uidmap',
  ];
  await needPrograms(machine, ['buildah', 'podman', 'runc', 'mmdebstrap'], packages);
  const env = await buildahEnvironment(machine);
  process.once('exit', () => removeContainers(env));
  const docker = (args: string[], options?: Partial<RunOptions>) =>
    machine.run('docker', args, { env, ...options });
  // The store is the harness's own, and grows by 10 GB a run: layers without a name go after some hours.
  await docker(['image', 'prune', '--force', '--filter', 'until=3h'], { mayFail: true });
  const provide = async (images: string[]) => {
    for (const image of images) {
      await once(`image ${image}`, () => makeBaseImage({ ...machine, env }, image));
    }
  };
  return { env, docker, provide };
}

async function dockerAnswers(machine: Machine): Promise<boolean> {
  if (!(await hasProgram(machine, 'docker'))) return false;
  return (await machine.run('docker', ['info'], { mayFail: true, seconds: 30 })).code === 0;
}

function dockerItself(machine: Machine): Containers {
  return {
    env: machine.env,
    docker: (args, options) => machine.run('docker', args, options),
    provide: async () => undefined,
  };
}

/** Settings of its own beside a store of its own: nothing of the machine's is touched, later runs find the layers. */
async function buildahEnvironment(machine: Machine): Promise<NodeJS.ProcessEnv> {
  const home = join(machine.cache, 'containers');
  const programs = join(home, 'bin');
  await mkdir(programs, { recursive: true });
  const storage = join(home, 'storage.conf');
  const containers = join(home, 'containers.conf');
  await writeFile(storage, storageSettings(home));
  await writeFile(containers, CONTAINER_SETTINGS);
  await writeFile(join(programs, 'docker'), DOCKER);
  await chmod(join(programs, 'docker'), 0o755);
  return {
    ...machine.env,
    PATH: [programs, machine.env.PATH].join(delimiter),
    BUILDAH_ISOLATION: 'chroot',
    NIMBLE_E2E_LABEL: LABEL,
    CONTAINERS_STORAGE_CONF: storage,
    CONTAINERS_CONF: containers,
  };
}

/** podman cannot clean up, and waits 20 s for it, when this path is longer than 50 characters. */
const RUN_ROOT = '/run/nimble-e2e';

const storageSettings = (home: string) => `[storage]
driver = "overlay"
graphroot = "${join(home, 'store')}"
runroot = "${RUN_ROOT}"
`;

const CONTAINER_SETTINGS = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

/** They are no children of ours: they would outlive us. */
function removeContainers(env: NodeJS.ProcessEnv): void {
  const options = { env, extendEnv: false, reject: false } as const;
  const left = execaSync('podman', ['ps', '--all', '--quiet', `--filter=label=${LABEL}`], options);
  const ids = left.stdout?.split('\n').filter(Boolean) ?? [];
  if (ids.length > 0) execaSync('podman', ['rm', '--force', ...ids], options);
}

const LABEL = `nimble-e2e=${process.pid}`;

/** What builds is buildah's, which leaves the containers of stages behind without --force-rm; the rest is podman's. */
const DOCKER = `#!/bin/sh
if [ "$1" = buildx ]; then shift; fi
if [ "$1" = build ]; then
  shift
  exec buildah bud --pull-never --layers --force-rm --format docker "$@"
fi
if [ "$1" = run ]; then
  shift
  exec podman run --label "$NIMBLE_E2E_LABEL" "$@"
fi
exec podman "$@"
`;
