import { createHash } from 'node:crypto';
import type { Answers, Block } from './block.ts';
import type { BlockRecords } from './block-records.ts';
import type { RenderedFile, Tree } from './tree.ts';

/** Yeoman's own place, shared with other generators. */
export const ANSWERS_FILE = '.yo-rc.json';
/** Our key in it. */
export const ANSWERS_KEY = 'generator-nimble-ml';
/** Blob id and mode of every path as rendered. */
export const LOCK_FILE = '.nimble-ml.lock.json';

/** The tree with its two state files: the saved answers and the lock. No dates, no history. */
export function addStateFiles(
  tree: Tree,
  answers: Answers,
  blocks: readonly Block[],
  version: string,
  records?: BlockRecords,
): Tree {
  const ids = blocks.filter((block) => block.kind === 'block').map((block) => block.id);
  const { phase, ...rest } = answers;
  const chosen = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  const state = { [ANSWERS_KEY]: { version, phase, blocks: ids.sort(), answers: chosen } };
  const files = [...tree].map(([path, file]) => [path, `${file.mode} ${blobId(file.bytes)}`]);
  const lock = { schema: 1, files: Object.fromEntries(files), blocks: records };
  return new Map(
    [...tree, [ANSWERS_FILE, json(state)] as const, [LOCK_FILE, json(lock)] as const].sort(
      ([a], [b]) => (a < b ? -1 : 1),
    ),
  );
}

/** git's id of a blob with these bytes. */
export function blobId(bytes: Buffer, format: 'sha1' | 'sha256' = 'sha1'): string {
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function json(value: unknown): RenderedFile {
  return { bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`), mode: '100644' };
}
