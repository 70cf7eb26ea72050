import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gitEnvironment, SETTINGS } from './environment.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** What a git process left. */
export interface GitResult {
  /** Undefined when git could not be started. */
  code: number | undefined;
  stdout: Buffer;
  stderr: string;
}

export interface GitOptions {
  input?: string | Buffer;
  env?: Readonly<Record<string, string>>;
}

/** Loads what starts git, while something else is waited for. */
export function prepareToStart(): void {
  import('execa').catch(() => {}); // reported where it is needed
}

/** Runs git in a folder and returns its bytes, whatever it ends with. */
export async function attempt(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: GitOptions = {},
): Promise<GitResult> {
  const { execa } = await import('execa');
  const ended = await execa('git', argumentsOf(args), {
    ...optionsFor(folder, env),
    input,
    stripFinalNewline: false,
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  const code = await codeOf(ended.signal === undefined ? ended.exitCode : null);
  return { code, stdout: asBuffer(ended.stdout), stderr: String(asBuffer(ended.stderr)) };
}

/** The exit code; 128 for null, which a signal leaves. The signal may be for us too, so it gets time to arrive. */
export async function codeOf(exitCode: number | null | undefined): Promise<number | undefined> {
  if (exitCode === null) await wait(5000);
  else if ((exitCode ?? 0) > 128) await wait(2000);
  return exitCode === null ? 128 : exitCode;
}

/** Runs git and returns its output, or fails with its last words. */
export async function git(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const { code, stdout, stderr } = await attempt(folder, args, options);
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
  options: GitOptions = {},
): Promise<string> {
  const line = String(await git(folder, args, options)).replace(/\n$/, '');
  if (line.includes('\0')) throw unexpectedOutput(commandOf(args), line);
  return line;
}

/** The id that git printed. */
export function readId(command: string, printed: Buffer): string {
  const id = String(printed).replace(/\n$/, '');
  if (!isId(id)) throw unexpectedOutput(command, id);
  return id;
}

/** git could not do what we asked of it. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  /** Whether the machine or the repository is the reason: rights, space, limits, a remote, objects that are damaged. */
  readonly environment: boolean;

  constructor(command: string, stderr: string) {
    const lines = stderr.trim().split('\n');
    super(`git ${command}: ${lines.find((line) => line.startsWith('fatal:')) ?? lines.at(-1)}`);
    this.environment = !OURS.test(stderr);
  }
}

/** What git says of arguments that it does not take: those are ours. All else depends on the machine and the repository. */
const OURS =
  /^usage:|bad argument|unknown (option|switch|subcommand)|ambiguous argument|not a valid object name|requires a value|Malformed|Unsupported command|not a git command/im;

/** A git process with its streams open. */
export interface OpenGit {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Resolves, whatever git ends with. */
  ended: Promise<unknown>;
}

/** Starts git to write to it and read from it. */
export async function startGit(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<OpenGit> {
  const { execa } = await import('execa');
  const ended = execa('git', argumentsOf(args), { ...optionsFor(folder, env), buffer: false });
  const { stdin, stdout, stderr } = ended;
  return { stdin, stdout, stderr, ended };
}

function argumentsOf(args: readonly string[]): string[] {
  return [...SETTINGS.flatMap((setting) => ['-c', setting]), ...args];
}

/** Bytes as they are, our environment and no other, and no signal handlers: ours undo what was begun. */
function optionsFor(folder: string, env: Readonly<Record<string, string>>) {
  return {
    cwd: folder,
    env: { ...gitEnvironment(), ...env },
    extendEnv: false,
    encoding: 'buffer',
    reject: false,
    cleanup: false,
  } as const;
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.alloc(0);
}
