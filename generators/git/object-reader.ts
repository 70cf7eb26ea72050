import { once } from 'node:events';
import { encodePath } from './path-bytes.ts';
import { GitFailure, startGit } from './process.ts';
import { isOld, refusalOfOld } from './supported-version.ts';

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
  settle: (found: Found | undefined) => void;
  fail: (error: Error) => void;
}

/** Answers questions about objects through one git process. */
export class ObjectReader {
  readonly #folder: string;
  readonly #start: () => ReturnType<typeof startGit>;
  #child: ReturnType<typeof startGit>;
  readonly #waiting: Waiting[] = [];
  #held: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;

  constructor(folder: string, env: Readonly<Record<string, string>> = {}) {
    this.#folder = folder;
    this.#start = () => startGit(folder, ['cat-file', '--batch-command', '-z'], env);
    this.#child = this.#listen(this.#start());
  }

  #listen(child: ReturnType<typeof startGit>): ReturnType<typeof startGit> {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.stdin.on('error', () => {}); // it ended; "close" says why
    child.stdout.on('data', (chunk: Buffer) => {
      this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
      this.#settle();
    });
    child.on('error', (error) => this.#end(error));
    child.on('close', () => {
      if (/could not fetch|promisor/.test(said) && this.#waiting.length > 0) this.#goOn();
      else if (isOld(said)) void refusalOfOld(this.#folder).then((error) => this.#end(error));
      else this.#end(new GitFailure('cat-file', said));
    });
    return child;
  }

  /** A partial clone whose remote is away: what was asked for is not there; on with the rest. */
  #goOn(): void {
    this.#waiting.shift()?.settle(undefined);
    this.#held = Buffer.alloc(0);
    this.#child = this.#listen(this.#start());
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
    this.#child.stdin.end();
    await once(this.#child, 'close');
  }

  #ask(name: string, whole: boolean): Promise<Found | undefined> {
    return new Promise((settle, fail) => {
      if (this.#ended) return fail(this.#ended);
      const one = { name, whole, settle, fail };
      this.#waiting.push(one);
      this.#send(one);
    });
  }

  #send({ name, whole }: Pick<Waiting, 'name' | 'whole'>): void {
    this.#child.stdin.write(encodePath(`${whole ? 'contents' : 'info'} ${name}\0`));
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    for (const one of this.#waiting.splice(0)) one.fail(reason);
  }

  #settle(): void {
    for (let one = this.#waiting[0]; one; one = this.#waiting[0]) {
      const answer = this.#take(one);
      if (answer === 'more') return;
      this.#waiting.shift();
      one.settle(answer);
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
    const length = whole ? Number(size) : -1;
    const from = end + 1;
    if (whole && this.#held.length < from + length + 1) return 'more';
    const bytes = whole ? Buffer.from(this.#held.subarray(from, from + length)) : Buffer.alloc(0);
    this.#held = this.#held.subarray(whole ? from + length + 1 : from);
    return { id, type, bytes };
  }
}
