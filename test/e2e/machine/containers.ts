// Builds and runs images: with Docker where its daemon answers, else with buildah and podman, behind a program
// named `docker`, so that the commands of a README run as they are written.
import { rmSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execaSync } from 'execa';
import { Skip } from '../step.ts';
import { makeBaseImage } from './base-images.ts';
import { hasProgram, needPrograms } from './debian.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import type { Outcome, RunOptions } from './processes.ts';

export interface Containers {
  /** The environment in which `docker` works. */
  env: NodeJS.ProcessEnv;
  docker(args: string[], options?: Partial<RunOptions>): Promise<Outcome>;
  /** Makes sure these images can be had, pulled or as fakes. */
  provide(images: string[]): Promise<void>;
  /** Works while no other run builds or runs an image of that name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
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
  const { own: env, shared } = await openStores(machine);
  process.once('exit', () => removeContainers(env));
  const docker = (args: string[], options?: Partial<RunOptions>) =>
    machine.run('docker', args, { env, ...options });
  const provide = async (images: string[]) => {
    for (const image of images) {
      await once(`image ${image}`, () => makeBaseImage({ ...machine, env }, shared, image));
    }
  };
  return { env, docker, provide, exclusively: (_, work) => work() };
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
    exclusively: (name, work) => withLock(machine.cache, `docker-${name}`, work),
  };
}

/**
 * Each run has a store of its own, so that two runs build images of the same name side by side; it goes with the run.
 * Base images are slow to make and the same for all: they are in a store that runs only read.
 */
interface Stores {
  /** The environment of everything but the making of base images. */
  own: NodeJS.ProcessEnv;
  shared: NodeJS.ProcessEnv;
}

/** podman cannot clean up, and waits 20 s for it, when this path is longer than 50 characters. */
const RUN_ROOT = '/run/nimble-e2e';

async function openStores(machine: Machine): Promise<Stores> {
  const home = join(machine.scratch, 'containers');
  const programs = join(home, 'bin');
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'docker'), DOCKER);
  await chmod(join(programs, 'docker'), 0o755);
  const base = {
    ...machine.env,
    PATH: [programs, machine.env.PATH].join(delimiter),
    BUILDAH_ISOLATION: 'chroot',
    NIMBLE_E2E_LABEL: LABEL,
  };
  const sharedStore = join(machine.cache, 'containers', 'base-images');
  const shared = await writeSettings(join(home, 'shared'), sharedStore, `${RUN_ROOT}/shared`);
  const ownStore = join(home, 'store');
  const own = await writeSettings(join(home, 'own'), ownStore, OWN_RUN_ROOT, sharedStore);
  return { own: { ...base, ...own }, shared: { ...base, ...shared } };
}

const OWN_RUN_ROOT = `${RUN_ROOT}/${process.pid}`;

async function writeSettings(folder: string, store: string, runRoot: string, readOnly?: string) {
  await mkdir(folder);
  await mkdir(store, { recursive: true });
  const storage = join(folder, 'storage.conf');
  const containers = join(folder, 'containers.conf');
  await writeFile(storage, storageSettings(store, runRoot, readOnly));
  await writeFile(containers, containerSettings(runRoot));
  return { CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: containers };
}

const storageSettings = (store: string, runRoot: string, readOnly?: string) => `[storage]
driver = "overlay"
graphroot = "${store}"
runroot = "${runRoot}"
${readOnly ? `[storage.options]\nadditionalimagestores = ["${readOnly}"]\n` : ''}`;

/** podman keeps its locks and its state in tmp_dir; without a folder of its own it would share those of the machine. */
const containerSettings = (runRoot: string) => `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "${runRoot}/libpod"
`;

/** They are no children of this process: they would outlive it. */
function removeContainers(env: NodeJS.ProcessEnv): void {
  const options = { env, extendEnv: false, reject: false } as const;
  const left = execaSync('podman', ['ps', '--all', '--quiet', `--filter=label=${LABEL}`], options);
  const ids = left.stdout?.split('\n').filter(Boolean) ?? [];
  if (ids.length > 0) execaSync('podman', ['rm', '--force', ...ids], options);
  rmSync(OWN_RUN_ROOT, { recursive: true, force: true });
}

const LABEL = `nimble-e2e=${process.pid}`;

/** What builds is buildah's, which leaves the containers of stages behind without --force-rm; the rest is podman's, and a push ends as Docker's does. */
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
if [ "$1" = push ]; then
  shift
  file=$(mktemp)
  podman push --digestfile "$file" "$@" || exit
  echo "pushed: digest: $(cat "$file") size: 0"
  rm "$file"
  exit
fi
exec podman "$@"
`;
