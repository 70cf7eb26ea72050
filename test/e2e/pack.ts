// The package as its users get it: packed from a fresh clone in which nothing was built, and installed with `npm install -g`
// into a prefix of its own, with an empty home folder.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Machine } from './machine/machine.ts';
import { Failure } from './step.ts';

export async function installPacked(machine: Machine): Promise<void> {
  const started = performance.now();
  await cloneCheckout(machine);
  const home = join(machine.scratch, 'empty-home');
  await mkdir(home);
  const env = {
    ...machine.env,
    HOME: home,
    USERPROFILE: home,
    npm_config_prefix: machine.prefix,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    // Only what was downloaded before is shared with other runs.
    npm_config_cache: join(machine.cache, 'npm'),
  };
  const npm = (...args: string[]) => machine.run('npm', args, { cwd: machine.source, env });
  await npm('pack', '--silent');
  const { name, version, devDependencies } = JSON.parse(
    await readFile(join(machine.source, 'package.json'), 'utf8'),
  );
  await npm('install', '-g', `./${name}-${version}.tgz`, `yo@${devDependencies.yo}`);
  await expectWorking(machine, { ...env, PATH: programPath(machine) }, version);
  const seconds = (performance.now() - started) / 1000;
  console.log(`packed from a fresh clone and installed, with yo, in ${seconds.toFixed(1)} s`);
}

/** A fresh clone of the checkout, with what is not committed yet as a commit on top. */
async function cloneCheckout(machine: Machine): Promise<void> {
  const { checkout, source } = machine;
  await machine.run('git', ['clone', '--quiet', checkout, source]);
  const git = (...args: string[]) => machine.run('git', ['-C', checkout, ...args]);
  const changed = ['ls-files', '-z', '--modified', '--others', '--exclude-standard'];
  const staged = ['diff', '--name-only', '-z', '--cached'];
  const outputs = [(await git(...changed)).stdout, (await git(...staged)).stdout];
  const paths = new Set(outputs.flatMap((text) => text.split('\0').filter(Boolean)));
  if (paths.size === 0) return;
  console.log(`${paths.size} paths of the checkout are not committed: they are packed too`);
  for (const path of paths) {
    const [from, to] = [join(checkout, path), join(source, path)];
    await mkdir(dirname(to), { recursive: true });
    if (existsSync(from)) await copyFile(from, to);
    else await rm(to, { force: true });
  }
  await machine.run('git', ['-C', source, 'add', '--all']);
  await machine.run('git', ['-C', source, 'commit', '--quiet', '--message', 'Not committed yet']);
}

/** Both programs start, and yo knows the generator. */
async function expectWorking(machine: Machine, env: NodeJS.ProcessEnv, version: string) {
  const nimble = await machine.run(installedProgram(machine, 'nimble-ml'), ['--version'], { env });
  if (nimble.stdout.trim() !== version)
    throw new Failure(`"nimble-ml --version" prints ${nimble.output}, not ${version}`);
  const yo = await machine.run(installedProgram(machine, 'yo'), ['--generators'], { env });
  if (!/nimble-ml/.test(yo.output))
    throw new Failure(`"yo --generators" does not list nimble-ml:\n${yo.output}`);
}

const isWindows = process.platform === 'win32';

/** The folder of the programs, first on the PATH. */
function programPath({ prefix, env }: Machine): string {
  const programs = isWindows ? prefix : join(prefix, 'bin');
  return [programs, env.PATH].join(isWindows ? ';' : ':');
}

/** A program that the package, or yo, put there. */
export function installedProgram({ prefix }: Machine, name: string): string {
  return isWindows ? join(prefix, `${name}.cmd`) : join(prefix, 'bin', name);
}

/** The folder of the installed package. */
export function installedPackage({ prefix }: Machine): string {
  const modules = isWindows ? 'node_modules' : 'lib/node_modules';
  return join(prefix, modules, 'generator-nimble-ml');
}
