import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a git process left. */
export interface Ran {
  /** Undefined when there is no git to run. */
  code: number | undefined;
  stdout: Buffer;
  stderr: string;
}

export interface How {
  input?: string | Buffer;
  env?: Readonly<Record<string, string>>;
}

/** Runs git in a folder; whatever it ends with is an answer. */
export function attempt(folder: string, args: readonly string[], how: How = {}): Promise<Ran> {
  return new Promise((settle) => {
    const child = startGit(folder, args, how.env);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const end = (code: number | undefined) =>
      settle({ code, stdout: Buffer.concat(out), stderr: String(Buffer.concat(err)) });
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', () => end(undefined));
    child.on('close', (code, signal) => {
      if (code !== null && code <= 128) end(code);
      else setTimeout(end, 2000, signal ? 128 : (code ?? undefined)); // the signal that ended it may be for us too
    });
    child.stdin.on('error', () => {}); // it ended before it read everything; its exit code says so
    child.stdin.end(how.input);
  });
}

/** Runs git and gives back its output, or fails with its last words. */
export async function git(folder: string, args: readonly string[], how: How = {}): Promise<Buffer> {
  const { code, stdout, stderr } = await attempt(folder, args, how);
  if (code !== 0) throw new GitFailure(commandOf(args), stderr);
  return stdout;
}

/** The word after the settings. */
function commandOf(args: readonly string[]): string {
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c') ?? '';
}

/** One line of git's output. */
export async function gitLine(
  folder: string,
  args: readonly string[],
  how: How = {},
): Promise<string> {
  return String(await git(folder, args, how)).replace(/\n$/, '');
}

/** git could not do what we asked of it. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  /** Whether the machine refused: rights, space, limits, a remote that is away. */
  readonly surroundings: boolean;

  constructor(command: string, said: string) {
    const lines = said.trim().split('\n');
    super(`git ${command}: ${lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1)}`);
    this.surroundings = SURROUNDINGS.test(said);
  }
}

const SURROUNDINGS =
  /no space left|out of diskspace|quota|read-only file system|permission denied|too many open files|cannot allocate|could not fetch|promisor|unable to (create|write|read)|could( no|n.)t write|cannot update ref/i;

/** A git process with its streams open, in a clean environment. */
export function startGit(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  return spawn('git', [...SETTINGS, ...args], {
    cwd: folder,
    env: { ...environment(), ...env },
    windowsHide: true,
  });
}

/** Settings of a user that would change or stop what we do. */
const SETTINGS = Object.entries({
  'core.hooksPath': join('.git', 'no-hooks'),
  'core.fsmonitor': 'false',
  'core.quotePath': 'false',
  'core.splitIndex': 'false',
  'color.ui': 'false',
  'submodule.recurse': 'false',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** The environment without variables that point git elsewhere; who commits and which configuration stay the user's. */
function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([key]) =>
      !key.startsWith('GIT_') ||
      /^GIT_(AUTHOR|COMMITTER|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/.test(key),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}
