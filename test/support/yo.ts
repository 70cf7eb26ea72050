import { chownSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { cleanEnvironment, type Ended } from './bin.ts';
import { temporaryFolder, writeFiles } from './folders.ts';

/** A run of yo takes seconds: the nightly run has those that differ from others only in what is printed. */
export const NIGHTLY = process.env.NIMBLE_ML_NIGHTLY !== undefined;

const ORDINARY = 1000;
const MODULES = join(import.meta.dirname, '../../node_modules');

/** As root, yo becomes an ordinary user; so it is started as one, who has to be able to read the package. */
export function whyNoYo(): string | undefined {
  if (process.platform === 'win32') return 'the tests start it in the manner of POSIX';
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = MODULES; folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o005) !== 0o005) return `"${folder}" is closed to other users`;
  }
  return undefined;
}

/** A home of an ordinary user where yo finds the package, with these files. */
export function homeOfYo(installed: string, files: Readonly<Record<string, string>> = {}): string {
  const home = temporaryFolder();
  const name = '[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n';
  writeFiles(home, { '.gitconfig': name, ...files });
  mkdirSync(join(home, 'modules'));
  symlinkSync(installed, join(home, 'modules/generator-nimble-ml'));
  giveAway(home);
  return home;
}

/** Makes the user whom yo runs as the owner of a folder and of everything in it. */
export function giveAway(path: string): void {
  if (process.getuid?.() !== 0 || lstatSync(path).isSymbolicLink()) return;
  chownSync(path, ORDINARY, ORDINARY);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveAway(join(path, name));
}

/** Runs yo as its user would. */
export async function runYo(home: string, args: readonly string[], cwd = home): Promise<Ended> {
  const result = await execa(process.execPath, [join(MODULES, 'yo/lib/cli.js'), ...args], {
    cwd,
    env: { ...cleanEnvironment(), HOME: home, NODE_PATH: join(home, 'modules') },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    ...(process.getuid?.() === 0 ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** yo at a terminal where a user types these keys when these texts appear. */
export async function runYoInTerminal(
  home: string,
  steps: readonly (readonly [text: string, keys: string])[],
  args: readonly string[],
): Promise<{ code: number | undefined; screen: string }> {
  const script = join(import.meta.dirname, 'terminal.py');
  const yo = [process.execPath, join(MODULES, 'yo/lib/cli.js'), ...args];
  const result = await execa('python3', [script, JSON.stringify(steps), ...yo], {
    cwd: home,
    env: {
      ...cleanEnvironment(),
      ...{ HOME: home, NODE_PATH: join(home, 'modules'), TERM: 'xterm', CI: undefined },
    },
    extendEnv: false,
    reject: false,
    ...(process.getuid?.() === 0 ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
  return { code: result.exitCode, screen: stripVTControlCharacters(result.stdout) };
}
