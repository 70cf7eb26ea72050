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
  #git: Promise<OpenGit>;
  readonly #waiting: Waiting[] = [];
  #held: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.#folder = folder;
    this.#env = env;
    this.#git = this.#start();
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
    if (this.#ended) return;
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
    void this.#git.then(({ stdin }) => stdin.write(question));
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    void this.#git.then(({ stdin }) => stdin.end()); // or it would wait for more
    for (const one of this.#waiting.splice(0)) one.reject(reason);
  }

  #answer(): void {
    for (let one = this.#waiting[0]; one; one = this.#waiting[0]) {
      const answer = this.#take(one);
      if (answer === 'more') return;
      this.#waiting.shift();
      one.resolve(answer);
    }
  }

  /** One answer from the front of what has arrived. */
  #take({ name, whole }: Waiting): Found | undefined | 'more' {
    const missing = encodePath(`${name} missing\n`);
    if (this.#held.length < missing.length && missing.indexOf(this.#held) === 0) return 'more';
    if (this.#held.subarray(0, missing.length).equals(missing)) {
      this.#held = this.#held.subarray(missing.length);
      return undefined;
    }
    const end = this.#held.indexOf('\n');
    if (end < 0) return 'more';
    const [id = '', type = '', size] = String(this.#held.subarray(0, end)).split(' ');
    if (!isId(id) || !/^(blob|tree|commit|tag)$/.test(type) || !/^\d+$/.test(size ?? '')) {
      this.#fail(unexpectedOutput('cat-file', this.#held));
      return 'more';
    }
    const length = whole ? Number(size) : -1;
    const from = end + 1;
    if (whole && this.#held.length < from + length + 1) return 'more';
    const bytes = whole ? Buffer.from(this.#held.subarray(from, from + length)) : Buffer.alloc(0);
    this.#held = this.#held.subarray(whole ? from + length + 1 : from);
    return { id, type, bytes };
  }
}
