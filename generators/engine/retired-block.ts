import { type Block, DEFAULTS } from './block.ts';
import type { BlockRecord } from './block-records.ts';
import { LOCK_FILE } from './state.ts';

/** A file of a block that is no longer shipped, as it was rendered. */
export interface StoredFile {
  path: string;
  bytes: Buffer;
}

/** A block that this version does not have, as its record and its files in git say. */
export function retiredBlock(id: string, record: BlockRecord, files: readonly StoredFile[]): Block {
  return {
    ...DEFAULTS,
    id,
    title: record.title,
    kind: 'block',
    retired: true,
    ...(record.external ? { external: true } : {}),
    ...(record.remains === undefined ? {} : { remains: record.remains }),
    folder: '',
    fileSets: [],
    stored: files.map(({ path, bytes }) => ({
      path,
      source: `${LOCK_FILE}: ${id}/${path}`,
      needs: [],
      filled: false,
      bytes,
    })),
    phase: 'never',
    provides: record.provides ?? [],
    requires: record.requires ?? [],
    when: record.when ?? {},
    entries: record.entries ?? {},
    why: 'This version of nimble-ml has no such part; it stays as it was written.',
    adoptWhen: 'You still use it.',
    cost: { setup: '0 min', monthly: 'as before' },
    where: () => LOCK_FILE,
  };
}
