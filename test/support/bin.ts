import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, inject } from 'vitest';
import { writeTemplates } from './blocks.ts';
import { makeFolder, temporaryFolder, writeFiles } from './folders.ts';

/** A command that has ended. */
export interface Ended {
  code: number | undefined;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Standard input; nothing when left out. */
  input?: string | Buffer | Readable;
}

/** The folder of the packed and installed package. */
export function installedPackage(): string {
  return join(inject('installed'), 'node_modules/generator-nimble-ml');
}

/** The packed package with small templates instead of its own, for the tests of one file. */
export function installSmall(more: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = makeFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const packed = installedPackage();
  mkdirSync(join(folder, 'templates'));
  for (const part of ['dist', 'package.json']) {
    cpSync(join(packed, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(inject('installed'), 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeTemplates(join(folder, 'templates'), more);
  return folder;
}

/** Runs the bin of an installed package, with a home of its own. */
export async function runBin(
  folder: string,
  args: readonly string[],
  { cwd = temporaryFolder(), env = {}, input }: RunOptions = {},
): Promise<Ended> {
  const result = await execa(process.execPath, [binOf(folder), ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

export function binOf(folder: string): string {
  return join(folder, 'dist/generators/cli.js');
}

let home: string | undefined;

/** The environment of a user whom git knows as Ada. */
export function cleanEnvironment(): Record<string, string | undefined> {
  if (home === undefined) {
    const made = makeFolder();
    home = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    writeFiles(made, {
      '.gitconfig': '[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n',
    });
  }
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(GIT_|npm_|VITEST|NODE_)/.test(key),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    NO_UPDATE_NOTIFIER: '1',
    NO_COLOR: '1',
  };
}
