import { encodePath } from './path-bytes.ts';
import { GitFailure, type OpenGit, startGit } from './process.ts';
import { isOld, refusalOfOld } from './supported-version.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** An object of a repository. */
export interface Found {
  id: string;
  type: string;
  /** Empty when only asked whether it is there. */
  bytes: Buffer;
}

interface Waiting {
  name: string;
  whole: boolean;
  resolve: (found: Found | undefined) => void;
  reject: (error: Error) => void;
}

/** Answers questions about objects through one git process. */
export class ObjectReader {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  /** Started by the first question. */
  #git: Promise<OpenGit> | undefined;
  readonly #waiting: Waiting[] = [];
  #held: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.#folder = folder;
    this.#env = env;
  }

  async #start(): Promise<OpenGit> {
    const git = await startGit(this.#folder, ['cat-file', '--batch-command', '-z'], this.#env);
    let stderr = '';
    git.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    git.stdin.on('error', () => {}); // it ended, and stderr says why
    git.stdout.on('data', (chunk: Buffer) => {
      this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
      this.#answer();
    });
    void git.ended.then(() => this.#handleEnd(stderr));
    return git;
  }

  async #handleEnd(stderr: string): Promise<void> {
    if (/could not fetch|promisor/.test(stderr) && this.#waiting.length > 0) this.#startAgain();
    else if (isOld(stderr)) this.#fail(await refusalOfOld(this.#folder));
    else if (stderr.trim() === '') this.#fail(unexpectedOutput('cat-file', this.#held));
    else this.#fail(new GitFailure('cat-file', stderr));
  }

  /** A partial clone whose remote is away: what was asked for is not there; on with the rest. */
  #startAgain(): void {
    this.#waiting.shift()?.resolve(undefined);
    this.#held = Buffer.alloc(0);
    this.#git = this.#start();
    for (const one of this.#waiting) this.#send(one);
  }

  /** The object's id and type; undefined when it is not there. */
  find(name: string): Promise<Found | undefined> {
    return this.#ask(name, false);
  }

  /** The object with its bytes. */
  read(name: string): Promise<Found | undefined> {
    return this.#ask(name, true);
  }

  async close(): Promise<void> {
    if (this.#ended || !this.#git) return;
    const { stdin, ended } = await this.#git;
    stdin.end();
    await ended;
  }

  #ask(name: string, whole: boolean): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const one = { name, whole, resolve, reject };
      this.#waiting.push(one);
      this.#send(one);
    });
  }

  #send({ name, whole }: Pick<Waiting, 'name' | 'whole'>): void {
    const question = encodePath(`${whole ? 'contents' : 'info'} ${name}\0`);
    this.#git ??= this.#start();
    void this.#git.then(({ stdin }) => stdin.write(question));
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    void this.#git?.then(({ stdin }) => stdin.end()); // or it would wait for more
    for (const one of this.#waiting.splice(0)) one.reject(reason);
  }

  #answer(): void {
    try {
      for (let one = this.#waiting[0]; one; one = this.#waiting[0]) {
        const taken = takeAnswer(this.#held, one);
        if (taken === 'more') return;
        this.#held = taken.rest;
        this.#waiting.shift();
        one.resolve(taken.found);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  }
}

/** The answer of `cat-file --batch-command` at the front of what has arrived, and what is behind it. */
export function takeAnswer(
  held: Buffer,
  { name, whole }: Pick<Waiting, 'name' | 'whole'>,
): { found: Found | undefined; rest: Buffer } | 'more' {
  const missing = encodePath(`${name} missing\n`);
  if (held.length < missing.length && missing.indexOf(held) === 0) return 'more';
  if (held.subarray(0, missing.length).equals(missing))
    return { found: undefined, rest: held.subarray(missing.length) };
  const end = held.indexOf('\n');
  if (end < 0) return 'more';
  const [id = '', type = '', size] = String(held.subarray(0, end)).split(' ');
  if (!isId(id) || !/^(blob|tree|commit|tag)$/.test(type) || !/^\d+$/.test(size ?? ''))
    throw unexpectedOutput('cat-file', held);
  const from = end + 1;
  if (!whole) return { found: { id, type, bytes: Buffer.alloc(0) }, rest: held.subarray(from) };
  const after = from + Number(size);
  if (held.length < after + 1) return 'more';
  const bytes = Buffer.from(held.subarray(from, after));
  return { found: { id, type, bytes }, rest: held.subarray(after + 1) };
}
