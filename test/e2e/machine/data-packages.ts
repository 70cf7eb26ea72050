// Files of packages of Debian and npm that ship data: downloaded once, unpacked into the cache, never installed.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Skip } from '../step.ts';
import { withLock } from './lock.ts';
import type { Machine } from './machine.ts';
import { CommandFailed } from './processes.ts';

/** `debian:fortunes-de`, `npm:emoji-datasource-google@16.0.0` or `pypi:palmerpenguins`. */
export interface DataPackage {
  registry: 'debian' | 'npm' | 'pypi';
  /** With a version behind `@` or `==`, where the registry keeps older ones. */
  name: string;
}

export function parsePackage(text: string): DataPackage {
  const [registry = '', name = ''] = text.split(/:(.*)/s);
  if ((registry === 'debian' || registry === 'npm' || registry === 'pypi') && name) {
    return { registry, name };
  }
  throw new Error(`"${text}" is not a package: write debian:NAME, npm:NAME@VERSION or pypi:NAME`);
}

/** Returns the folder that has each package of Debian and npm in a folder of its name, without version. */
export async function unpackPackages(
  machine: Machine,
  packages: readonly DataPackage[],
): Promise<string> {
  const folder = join(machine.cache, 'data-packages');
  await mkdir(folder, { recursive: true });
  for (const one of packages) {
    if (one.registry === 'pypi') continue;
    const target = join(folder, nameOf(one));
    await withLock(machine.cache, `data-package ${nameOf(one)}`, async () => {
      if (!existsSync(target)) await unpack(machine, one, target);
    });
  }
  return folder;
}

export function nameOf({ name }: DataPackage): string {
  return name.replace(/(?<=.)(@|==).*$/s, '');
}

async function unpack(machine: Machine, one: DataPackage, target: string): Promise<void> {
  const cwd = await mkdtemp(`${target}-`);
  const content = join(cwd, 'content');
  await mkdir(content);
  try {
    if (one.registry === 'debian') await unpackDebian(machine, one.name, cwd, content);
    else await unpackNpm(machine, one.name, cwd, content);
    await rename(content, target);
  } catch (error) {
    if (machine.strict || !(error instanceof CommandFailed)) throw error;
    throw new Skip(`${one.registry}:${one.name} cannot be downloaded here`);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** `apt-get download` needs no rights; only a machine whose lists are empty has to update them, as root. */
async function unpackDebian(machine: Machine, name: string, cwd: string, content: string) {
  const { env } = machine;
  const download = () => machine.run('apt-get', ['-qq', 'download', name], { cwd, env });
  try {
    await download();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    await machine.run('apt-get', ['-qq', 'update'], { env, mayFail: true });
    await download();
  }
  await machine.run('dpkg-deb', ['--extract', await onlyFile(cwd, '.deb'), content], { cwd });
}

async function unpackNpm(machine: Machine, name: string, cwd: string, content: string) {
  await machine.run('npm', ['pack', '--silent', name], { cwd });
  const archive = await onlyFile(cwd, '.tgz');
  await machine.run('tar', ['-xzf', archive, '-C', content, '--strip-components=1'], { cwd });
}

async function onlyFile(folder: string, suffix: string): Promise<string> {
  const found = (await readdir(folder)).filter((file) => file.endsWith(suffix));
  if (found.length === 1 && found[0]) return join(folder, found[0]);
  throw new Error(`"${folder}" has ${found.length} files that end in ${suffix}, expected 1`);
}
