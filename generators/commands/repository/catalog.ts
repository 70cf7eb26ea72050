import { type Catalog, discoverBlocks } from '../../engine/catalog.ts';
import { templatesFolder } from '../../engine/package.ts';

/** The shipped blocks and those of other folders, read once: for the flags first, then for the work. */
export function readCatalog(folders: readonly string[]): Promise<Catalog> {
  const key = JSON.stringify([process.cwd(), ...folders]);
  if (read?.key !== key) read = { key, catalog: discoverBlocks(templatesFolder(), folders) };
  return read.catalog;
}

let read: { key: string; catalog: Promise<Catalog> } | undefined;
