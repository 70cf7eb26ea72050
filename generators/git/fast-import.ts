import { encodePath } from './path-bytes.ts';
import { git } from './process.ts';
import type { Scratch } from './scratch.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** A file of a tree to make: bytes to store, or an object that is there. */
export type Entry = { mode: string; bytes: Buffer } | { mode: string; id: string };

type File = readonly [path: string, entry: Entry | undefined];

/** A commit to make: a tree to start from, and what to put into or take out of it. */
export interface Draft {
  /** Branch of the scratch repository. */
  branch: string;
  /** Id of a commit, or the branch of an earlier draft. */
  parent?: string;
  /** Id of the tree to start from; none: empty. */
  tree?: string;
  /** Path → entry; undefined takes the path out. */
  files: Iterable<File>;
  message?: string;
  /** Seconds since 1970. */
  date?: number;
}

/** The commit that a draft was made into. */
export interface Made {
  commit: string;
  tree: string;
}

/** The pack is soon gone: a search for similar files in it took a third of the time, and what is published is searched again. */
const SETTINGS = ['fastimport.unpackLimit=0', 'pack.depth=0'].flatMap((one) => ['-c', one]);

/** Makes commits with one git process, all by the same name, so that their ids are the same on every machine. */
export async function makeCommits(scratch: Scratch, drafts: readonly Draft[]): Promise<Made[]> {
  const blobs = new Blobs(drafts.length);
  const input = Buffer.concat([
    ...drafts.flatMap((draft, index) => lines(draft, index + 1, blobs)),
    Buffer.from('done\n'),
  ]);
  const args = ['fast-import', '--quiet', '--done', '--force', '--date-format=raw-permissive'];
  const output = await git(scratch.folder, [...SETTINGS, ...args], { env: scratch.env, input });
  const answers = String(output).trimEnd().split('\n');
  return drafts.map((_, index) => {
    const commit = answers[2 * index];
    const line = answers[2 * index + 1] ?? '';
    const tree = /^040000 tree (\w+)/.exec(line)?.[1] ?? '';
    if (!isId(commit) || (!isId(tree) && !/^missing /.test(line)))
      throw unexpectedOutput('fast-import', `${commit ?? ''} ${line}`.trim());
    return { commit, tree };
  });
}

/** Bytes that were stored, by mark: most files are the same in several trees, and are sent once. */
class Blobs {
  readonly #marks = new Map<Buffer, number>();
  readonly #first: number;

  /** Marks up to this one are taken. */
  constructor(taken: number) {
    this.#first = taken + 1;
  }

  /** Lines that store what is new among the files. */
  store(files: readonly File[]): (string | Buffer)[] {
    return files.flatMap(([, entry]) => {
      if (!entry || 'id' in entry || this.#marks.has(entry.bytes)) return [];
      const mark = this.#first + this.#marks.size;
      this.#marks.set(entry.bytes, mark);
      return [`blob\nmark :${mark}\ndata ${entry.bytes.length}\n`, entry.bytes, '\n'];
    });
  }

  /** How a tree names an entry. */
  name(entry: Entry): string {
    return 'id' in entry ? entry.id : `:${this.#marks.get(entry.bytes)}`;
  }
}

function lines(draft: Draft, mark: number, blobs: Blobs): Buffer[] {
  const message = Buffer.from(draft.message ?? draft.branch);
  const files = [...draft.files];
  const parts: (string | Buffer)[] = [
    ...blobs.store(files),
    `commit refs/heads/${draft.branch}\nmark :${mark}\n`,
    `committer nimble-ml <nimble-ml@example.invalid> ${draft.date ?? 0} +0000\n`,
    `data ${message.length}\n`,
    message,
    '\n',
  ];
  if (draft.parent) parts.push(`from ${parentOf(draft.parent)}\n`);
  parts.push('deleteall\n');
  if (draft.tree) parts.push(`M 040000 ${draft.tree} ""\n`);
  for (const [path, entry] of files) {
    const change = entry === undefined ? 'D' : `M ${entry.mode} ${blobs.name(entry)}`;
    parts.push(encodePath(`${change} ${quotePath(path)}\n`));
  }
  parts.push(`\nget-mark :${mark}\nls :${mark} ""\n`);
  return parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
}

function parentOf(parent: string): string {
  return /^[0-9a-f]{40,64}$/.test(parent) ? parent : `refs/heads/${parent}`;
}

function quotePath(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
