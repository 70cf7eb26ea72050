import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Release } from './template-variables.ts';

/** The folder of this package, from source and from dist alike. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Where the shipped blocks live. */
export function templatesFolder(): string {
  return join(packageRoot(), 'templates');
}

/** Version of this package and the day its end-to-end runs passed. */
export function release(): Release {
  const stated = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return { version: stated.version, provenOn: stated.nimbleMl.provenOn };
}
