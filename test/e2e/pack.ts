// The package as people get it: packed, and installed in a folder of its own, with `yo` beside it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine/machine.ts';

export async function installPacked(machine: Machine): Promise<void> {
  const manifest = JSON.parse(await readFile(join(machine.checkout, 'package.json'), 'utf8'));
  await machine.run('npm', ['pack', '--pack-destination', machine.scratch, '--ignore-scripts'], {
    cwd: machine.checkout,
  });
  const tarball = join(machine.scratch, `${manifest.name}-${manifest.version}.tgz`);
  await mkdir(machine.prefix);
  await writeFile(join(machine.prefix, 'package.json'), '{ "private": true }\n');
  const yo = `yo@${manifest.devDependencies.yo}`;
  const { seconds } = await machine.run(
    'npm',
    ['install', '--no-audit', '--no-fund', tarball, yo],
    {
      cwd: machine.prefix,
    },
  );
  console.log(`packed and installed elsewhere, with yo, in ${seconds.toFixed(1)} s`);
}

/** A program that the package, or yo, put there. */
export function installedProgram(machine: Machine, name: string): string {
  const file = process.platform === 'win32' ? `${name}.cmd` : name;
  return join(machine.prefix, 'node_modules', '.bin', file);
}
