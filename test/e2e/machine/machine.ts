// What the machine offers the harness: folders, environment, uv, the packed generator.
import { chmod, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { cacheFolder, findUv } from '../../../scripts/find-uv.js';
import { withLock } from './lock.ts';
import { type Outcome, type RunOptions, run } from './processes.ts';

export interface Machine {
  /** The checkout of the generator. */
  checkout: string;
  /** A fresh clone of it, in which the package was built and packed. */
  source: string;
  /** This run's folder; removed at the end. */
  scratch: string;
  /** Tools and images that later runs use again. */
  cache: string;
  env: NodeJS.ProcessEnv;
  uv: string;
  log: string;
  /** The prefix into which the packed tarball was installed with `npm install -g`. */
  prefix: string;
  /** A missing part fails instead of being skipped. */
  strict: boolean;
  run(file: string, args: string[], options?: Partial<RunOptions>): Promise<Outcome>;
}

/** The checkout of the generator that this file belongs to. */
export const CHECKOUT = resolve(import.meta.dirname, '../../..');

export async function openMachine(strict: boolean): Promise<Machine> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'nimble-e2e-')));
  // An ordinary user runs `yo` in here too.
  await chmod(scratch, 0o755);
  const cache = join(cacheFolder(), 'e2e');
  await mkdir(cache, { recursive: true });
  const uv = await withLock(cache, 'uv', async () => findUv(console.log));
  const log = join(scratch, 'machine.log');
  const gitSettings = join(scratch, 'gitconfig');
  await writeFile(gitSettings, GIT_SETTINGS);
  const env = environment(uv, gitSettings);
  return {
    checkout: CHECKOUT,
    source: join(scratch, 'generator-nimble-ml'),
    scratch,
    cache,
    env,
    uv,
    log,
    prefix: join(scratch, 'prefix'),
    strict,
    run: (file, args, options) => run(file, args, { cwd: scratch, env, log, ...options }),
  };
}

const GIT_SETTINGS = `[user]
  name = End to End
  email = e2e@example.com
[init]
  defaultBranch = main
[safe]
  directory = *
`;

/** The user's environment without what npm adds, with quiet tools and keys that open nothing. */
function environment(uv: string, gitSettings: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !isOthers(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(uv), process.env.PATH].join(delimiter),
    // Two workers on two cores: more threads would only wait for each other.
    OMP_NUM_THREADS: '1',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    DO_NOT_TRACK: '1',
    CHECKPOINT_DISABLE: '1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The user's own hooks, signing and branch names are tested elsewhere.
    GIT_CONFIG_GLOBAL: gitSettings,
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** What npm adds, what belongs to another Python project, and what makes every start compile all anew. */
function isOthers(name: string): boolean {
  return /^(npm_|INIT_CWD$|VIRTUAL_ENV$|UV_PROJECT|PYTHONDONTWRITEBYTECODE$)/i.test(name);
}

const done = new Map<string, Promise<unknown>>();

/** Does a thing once, however many workspaces ask for it; a failure is everybody's. */
export function once<T>(what: string, work: () => Promise<T>): Promise<T> {
  const known = done.get(what);
  if (known) return known as Promise<T>;
  const promise = work();
  done.set(what, promise);
  return promise;
}
