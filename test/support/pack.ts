// Packs the built package once for all tests, and unpacks it as an installation would.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeFolder } from './folders.ts';

const ROOT = join(import.meta.dirname, '../..');

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder whose node_modules holds the packed package, its dependencies and yo. */
    installed: string;
    /** `npm run golden`: whether goldens are written anew instead of compared. */
    refreshGoldens: boolean;
  }
}

export default function setup(project: TestProject): () => void {
  checkBuild();
  const folder = makeFolder();
  chmodSync(folder, 0o755); // yo does not run as root, so others read it too
  const options = { cwd: ROOT, shell: process.platform === 'win32', encoding: 'utf8' } as const;
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', args, options).trim();
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  linkModules(modules);
  cpSync(join(folder, 'package'), join(modules, 'generator-nimble-ml'), { recursive: true });
  rmSync(join(folder, 'package'), { recursive: true });
  if (!existsSync(join(modules, 'generator-nimble-ml/dist/generators/cli.js'))) {
    throw new Error('somebody built the package while it was packed: run the tests again');
  }
  project.provide('installed', folder);
  project.provide('refreshGoldens', project.config.snapshotOptions.updateSnapshot === 'all');
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What the package would bring with it is taken from this checkout. */
function linkModules(modules: string): void {
  const source = join(ROOT, 'node_modules');
  for (const name of readdirSync(source)) {
    if (!name.startsWith('.')) symlinkSync(join(source, name), join(modules, name), 'junction');
  }
}

/** Tests of the doors run what was built; a build older than its sources would prove nothing. */
function checkBuild(): void {
  const built = statSync(join(ROOT, 'dist/generators/cli.js'), { throwIfNoEntry: false });
  const sources = readdirSync(join(ROOT, 'generators'), { recursive: true, encoding: 'utf8' });
  const newer = sources
    .map((path) => join(ROOT, 'generators', path))
    .find((path) => statSync(path).isFile() && statSync(path).mtimeMs > (built?.mtimeMs ?? 0));
  if (newer) throw new Error(`"${newer}" is newer than what was built from it: npm run build`);
}
