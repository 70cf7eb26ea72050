/** A file of a rendered tree. */
export interface RenderedFile {
  bytes: Buffer;
  mode: '100644' | '100755';
}

/** path → file, sorted by path. */
export type Tree = ReadonlyMap<string, RenderedFile>;
