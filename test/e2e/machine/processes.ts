// Every process the harness starts, each in a process group of its own, so that it ends with all its children.
import { appendFile } from 'node:fs/promises';
import { execa, execaSync, type Options, type ResultPromise } from 'execa';

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Everything the command prints is appended here. */
  log?: string;
  seconds?: number;
  /** A command whose exit code the caller checks. */
  mayFail?: boolean;
  /** Another user's ids, when the harness is root. */
  uid?: number;
  gid?: number;
}

export interface Outcome {
  line: string;
  cwd: string;
  code: number;
  stdout: string;
  /** Standard output and error in the order they came. */
  output: string;
  seconds: number;
}

/** A command that ended badly; its report says what was run, where, and how it ended. */
export class CommandFailed extends Error {
  constructor(
    readonly outcome: Outcome,
    readonly why: string,
  ) {
    super(`${why}: ${outcome.line}`);
  }

  report(): string {
    const tail = this.outcome.output.trimEnd().split('\n').slice(-60).join('\n');
    return `$ ${this.outcome.line}\n(in ${this.outcome.cwd}; ${this.why})\n${tail}`;
  }
}

const isWindows = process.platform === 'win32';
const alive = new Set<number>();

/** Runs a program to its end. */
export function run(file: string, args: string[], options: RunOptions): Promise<Outcome> {
  const child = execa(file, args, settings(options));
  return finish(child, [file, ...args].join(' '), options);
}

/** Runs a line as a user types it, through the shell. */
export function runLine(line: string, options: RunOptions): Promise<Outcome> {
  return finish(execa(line, shellSettings(options)), line, options);
}

export interface Server {
  pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Settles when it ends by itself. */
  ended: Promise<Outcome>;
  stop(): Promise<void>;
}

/** Starts a line that is not expected to end. */
export function startLine(line: string, options: RunOptions): Server {
  const child = execa(line, shellSettings(options));
  return watch(child, line, options);
}

/** Starts a program that is not expected to end. */
export function start(file: string, args: string[], options: RunOptions): Server {
  return watch(execa(file, args, settings(options)), [file, ...args].join(' '), options);
}

function watch(child: ResultPromise, line: string, options: RunOptions): Server {
  let printed = '';
  child.all?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const ended = finish(child, line, { ...options, mayFail: true });
  return {
    pid: child.pid ?? -1,
    output: () => printed,
    ended,
    stop: async () => {
      endGroup(child.pid, 'SIGTERM');
      const timer = setTimeout(() => endGroup(child.pid, 'SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function shellSettings(options: RunOptions): Options {
  return { ...settings(options), shell: true };
}

function settings(options: RunOptions): Options {
  return {
    cwd: options.cwd,
    env: options.env ?? process.env,
    extendEnv: false,
    all: true,
    reject: false,
    stdin: 'ignore',
    detached: !isWindows,
    cleanup: false,
    stripFinalNewline: false,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
}

async function finish(child: ResultPromise, line: string, options: RunOptions): Promise<Outcome> {
  const { pid } = child;
  if (pid) alive.add(pid);
  const started = performance.now();
  const limit = options.seconds ?? 900;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(pid, 'SIGKILL');
  }, limit * 1000);
  // What it left running would hold its pipes open for ever.
  child.once('exit', () => endGroup(pid, 'SIGTERM'));
  const result = await child;
  clearTimeout(timer);
  if (pid) alive.delete(pid);
  const outcome: Outcome = {
    line,
    cwd: options.cwd,
    code: result.exitCode ?? -1,
    stdout: text(result.stdout),
    output: text(result.all) || (result.failed ? (result.message ?? '') : ''),
    seconds: (performance.now() - started) / 1000,
  };
  if (options.log) {
    await appendFile(options.log, `$ ${line}\n${outcome.output}[${outcome.code}]\n\n`);
  }
  if (late) throw new CommandFailed(outcome, `not done after ${limit} s`);
  if (outcome.code !== 0 && !options.mayFail) {
    throw new CommandFailed(outcome, `exit code ${outcome.code}`);
  }
  return outcome;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (!pid) return;
  if (isWindows) {
    if (signal === 'SIGKILL' || alive.has(pid)) {
      execaSync('taskkill', ['/pid', String(pid), '/T', '/F'], { reject: false });
    }
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}

/** Ends what still runs; for the way out, whichever it is. */
export function endEverything(): void {
  for (const pid of alive) endGroup(pid, 'SIGKILL');
  alive.clear();
}
