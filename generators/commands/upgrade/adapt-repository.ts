import type { BlockRecords } from '../../engine/block-records.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { renameRecords, renameSaved } from '../../engine/former-names.ts';
import { release } from '../../engine/package.ts';
import type { StoredFile } from '../../engine/retired-block.ts';
import { type Adapted, adaptToVersion, keepPresent } from '../../engine/retired-blocks.ts';
import type { Locked, SavedAnswers } from '../../engine/saved-answers.ts';
import { locate, type ObjectSources } from '../../merge/base.ts';
import { isNewer, rerender } from './saved-version.ts';

/** What the lock file says, and where the bytes are that it names. */
interface LockSources {
  locked: Locked | undefined;
  records: BlockRecords;
  openObjects: () => Promise<Omit<ObjectSources, 'incoming'>>;
}

/** Saved answers by the names of today, and a catalog that also has what this version no longer ships. */
export async function adaptRepository(
  saved: SavedAnswers,
  { locked, records: recorded, openObjects }: LockSources,
  catalog: Catalog,
  isGone: (id: string) => boolean,
): Promise<Adapted> {
  if (isNewer(saved)) return { saved, catalog, retired: [], elsewhere: [] };
  const records = renameRecords(recorded, catalog);
  const adapted = await adaptToVersion(renameSaved(saved, catalog), catalog, {
    records,
    isGone,
    readFiles: async (paths) => readRendered(paths, locked, await openObjects()),
    findUnknown: async (answers, known) => {
      const tree = await rerender(answers, known);
      return [...(locked?.keys() ?? [])].filter((path) => !tree.has(path));
    },
  });
  if (saved.version === release().version) return adapted;
  return { ...adapted, saved: keepPresent(adapted.saved, records, adapted.catalog) };
}

/** Files as they were rendered; those whose bytes are lost are left out, and stay as they are. */
async function readRendered(
  paths: readonly string[],
  locked: Locked | undefined,
  objects: Omit<ObjectSources, 'incoming'>,
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const path of paths) {
    const entry = locked?.get(path);
    const file = entry && (await locate(path, entry, { ...objects, incoming: new Map() }));
    const bytes = file && (file.bytes ?? (await objects.reader.read(file.id))?.bytes);
    if (bytes) files.push({ path, bytes });
  }
  return files;
}
