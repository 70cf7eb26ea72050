// Packs the built package once for all tests, and unpacks it as an installation would.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const ROOT = join(import.meta.dirname, '../..');

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder whose node_modules holds the packed package, its dependencies and yo. */
    installed: string;
  }
}

/** Set up once for each project that needs it; the first one packs. */
export default function setup(project: TestProject): () => void {
  process.env.NIMBLE_ML_TEST_PACKAGE ??= installPackage();
  const folder = process.env.NIMBLE_ML_TEST_PACKAGE;
  project.provide('installed', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

function installPackage(): string {
  checkBuild();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nimble-ml-test-package-')));
  chmodSync(folder, 0o755); // yo does not run as root, so others read it too
  const options = { cwd: ROOT, shell: process.platform === 'win32', encoding: 'utf8' } as const;
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', args, options).trim();
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  linkModules(modules);
  renameSync(join(folder, 'package'), join(modules, 'generator-nimble-ml'));
  if (!existsSync(join(modules, 'generator-nimble-ml/dist/generators/cli.js'))) {
    throw new Error('the package was built while it was packed: run the tests again');
  }
  return folder;
}

/** What the package would bring with it is taken from this checkout. */
function linkModules(modules: string): void {
  const source = join(ROOT, 'node_modules');
  for (const name of readdirSync(source)) {
    if (!name.startsWith('.')) symlinkSync(join(source, name), join(modules, name), 'junction');
  }
}

/** Tests of the command line and of Yeoman run what was built; a build older than its sources would prove nothing. */
function checkBuild(): void {
  const built = statSync(join(ROOT, 'dist/generators/cli.js'), { throwIfNoEntry: false });
  const sources = readdirSync(join(ROOT, 'generators'), { recursive: true, encoding: 'utf8' });
  const newer = sources
    .map((path) => join(ROOT, 'generators', path))
    .find((path) => statSync(path).isFile() && statSync(path).mtimeMs > (built?.mtimeMs ?? 0));
  if (newer) throw new Error(`"${newer}" is newer than what was built from it: npm run build`);
}
