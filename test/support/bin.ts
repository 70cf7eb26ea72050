import { chmodSync, cpSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { inject } from 'vitest';
import type { ParsedBlock } from '../../generators/engine/block.ts';
import { parseBlock } from '../../generators/engine/parse-block.ts';
import { textHash } from '../../generators/engine/parsed-blocks.ts';
import { SMALL_TEMPLATES } from './blocks.ts';
import { makeFolder, temporaryFolder, writeFiles } from './folders.ts';
import { makeFolderOnce } from './make-once.ts';

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

/** The packed package with small templates instead of its own; one for all tests that want the same. */
export function installSmall(more: Readonly<Record<string, string | Buffer>> = {}): string {
  return installTemplates({ ...SMALL_TEMPLATES, ...more });
}

/** The packed package with these templates, as some version. The block.yaml files are parsed ahead, as a build does. */
export function installTemplates(
  templates: Readonly<Record<string, string | Buffer>>,
  version?: string,
): string {
  const packed = installedPackage();
  return makeFolderOnce([packed, templates, version], (folder) => {
    chmodSync(folder, 0o755); // yo runs as another user
    cpSync(join(packed, 'dist'), join(folder, 'dist'), { recursive: true });
    symlinkSync(
      join(inject('installed'), 'node_modules'),
      join(folder, 'node_modules'),
      'junction',
    );
    const described = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
    writeFiles(folder, {
      'package.json': JSON.stringify({ ...described, version: version ?? described.version }),
      'dist/parsed-blocks.json': JSON.stringify(parseBlocks(templates)),
    });
    writeFiles(join(folder, 'templates'), templates);
  });
}

/** Each block.yaml by the hash of its text; one with a mistake is left for the command to report. */
function parseBlocks(templates: Readonly<Record<string, string | Buffer>>) {
  const parsed: Record<string, ParsedBlock> = {};
  for (const [path, content] of Object.entries(templates)) {
    if (!path.endsWith('block.yaml')) continue;
    try {
      parsed[textHash(String(content))] = parseBlock(String(content), path);
    } catch {}
  }
  return parsed;
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
