import { encodePath } from './path-bytes.ts';
import { git } from './process.ts';
import type { Scratch } from './scratch.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** A file of a tree to make: bytes to store, or an object that is there. */
export type Entry = { mode: string; bytes: Buffer } | { mode: string; id: string };

/** A commit to make: a tree to start from, and what to put into or take out of it. */
export interface Draft {
  /** Branch of the scratch repository. */
  branch: string;
  /** Id of a commit, or the branch of an earlier draft. */
  parent?: string;
  /** Id of the tree to start from; none: empty. */
  tree?: string;
  /** Path → entry; undefined takes the path out. */
  files: Iterable<readonly [string, Entry | undefined]>;
  message?: string;
  /** Seconds since 1970. */
  date?: number;
}

/** The commit that a draft was made into. */
export interface Made {
  commit: string;
  tree: string;
}

/** Makes commits with one git process, all by the same name, so that their ids are the same on every machine. */
export async function makeCommits(scratch: Scratch, drafts: readonly Draft[]): Promise<Made[]> {
  const input = Buffer.concat([
    ...drafts.flatMap((draft, index) => lines(draft, index + 1)),
    Buffer.from('done\n'),
  ]);
  const args = ['fast-import', '--quiet', '--done', '--force', '--date-format=raw-permissive'];
  const output = await git(scratch.folder, ['-c', 'fastimport.unpackLimit=0', ...args], {
    env: scratch.env,
    input,
  });
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

function lines(draft: Draft, mark: number): Buffer[] {
  const message = Buffer.from(draft.message ?? draft.branch);
  const parts: (string | Buffer)[] = [
    `commit refs/heads/${draft.branch}\nmark :${mark}\n`,
    `committer nimble-ml <nimble-ml@example.invalid> ${draft.date ?? 0} +0000\n`,
    `data ${message.length}\n`,
    message,
    '\n',
  ];
  if (draft.parent) parts.push(`from ${parentOf(draft.parent)}\n`);
  parts.push('deleteall\n');
  if (draft.tree) parts.push(`M 040000 ${draft.tree} ""\n`);
  for (const [path, entry] of draft.files) {
    if (entry === undefined) parts.push('D ', quotePath(path), '\n');
    else if ('id' in entry) parts.push(`M ${entry.mode} ${entry.id} `, quotePath(path), '\n');
    else {
      parts.push(`M ${entry.mode} inline `, quotePath(path), `\ndata ${entry.bytes.length}\n`);
      parts.push(entry.bytes, '\n');
    }
  }
  parts.push(`\nget-mark :${mark}\nls :${mark} ""\n`);
  return parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
}

function parentOf(parent: string): string {
  return /^[0-9a-f]{40,64}$/.test(parent) ? parent : `refs/heads/${parent}`;
}

function quotePath(path: string): Buffer {
  return encodePath(`"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`);
}
