import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import type { Repository } from './repository.ts';

/** A bare repository of our own that sees every object of the user's, and nothing of their settings. */
export interface Scratch {
  folder: string;
  env: Readonly<Record<string, string>>;
}

/** Merges happen here, so that planning writes nothing into the user's repository; `transport` reaches the remote of a partial clone. */
export function makeScratch(
  { objects, format }: Pick<Repository, 'objects' | 'format'>,
  transport: readonly string[] = [],
): Scratch {
  const folder = makeFolder();
  for (const path of ['objects/info', 'objects/pack', 'refs/heads']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  const lines = [
    '[core]',
    `repositoryformatversion = ${format === 'sha256' || transport.length > 0 ? 1 : 0}`,
    'bare = true',
    ...(format === 'sha256' ? ['[extensions]', 'objectFormat = sha256'] : []),
    ...transport,
  ];
  writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'objects/info/alternates'), `${quoteForAlternates(objects)}\n`);
  return {
    folder,
    env: {
      GIT_DIR: folder,
      GIT_CONFIG_GLOBAL: join(folder, 'empty'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
    },
  };
}

/** With it, git finds the objects of a scratch repository as well, before they are published. */
export function withObjectsOf({ folder }: Scratch): Readonly<Record<string, string>> {
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoteForAlternates(join(folder, 'objects')) };
}

/** As git quotes a path in C's way; it knows no `\\u001b`. */
function quoteForAlternates(path: string): string {
  const escaped = path
    .replace(/[\\"]/g, '\\$&')
    .replace(/\p{Cc}/gu, (control) => `\\${control.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"${escaped}"`;
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'nimble-ml-'));
  } catch (error) {
    throw new Refusal(
      `"${tmpdir()}" cannot be written (${(error as NodeJS.ErrnoException).code}), and merges are made there. Name a folder for temporary files in TMPDIR.`,
    );
  }
}

/** Copies the packs that were made for it; each file arrives whole or not at all, the index that names it last. */
export function publishPacks({ folder }: Scratch, objects: string): void {
  const packs = readdirSync(folder).filter((name) => /^published-.*\.(pack|idx)$/.test(name));
  for (const name of packs.sort().reverse()) {
    const to = join(objects, 'pack', name.replace('published', 'pack'));
    const beside = join(objects, 'pack', `tmp_${process.pid}_${name}`);
    mkdirSync(join(objects, 'pack'), { recursive: true });
    copyFileSync(join(folder, name), beside);
    chmodSync(beside, 0o444);
    renameSync(beside, to);
  }
}

export function removeScratch({ folder }: Scratch): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
