import { decodePath, splitFields } from './path-bytes.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** What a tree has at a path. */
export interface TreeEntry {
  mode: string;
  type: string;
  id: string;
  path: string;
}

/** Output of `ls-tree -z`. */
export function parseTree(output: Buffer): TreeEntry[] {
  return splitFields(output)
    .map(decodePath)
    .map((line) => {
      const [, mode = '', type = '', id = '', path = ''] =
        /^(\d+) (blob|tree|commit) (\w+)\t(.+)$/s.exec(line) ?? [];
      if (!isId(id)) throw unexpectedOutput('ls-tree', line);
      return { mode, type, id, path };
    });
}

/** A tree object: mode, blank, name, a zero byte and the id as bytes, again and again. */
export function parseTreeObject(bytes: Buffer, idLength: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let from = 0; from < bytes.length; ) {
    const blank = bytes.indexOf(' ', from);
    const zero = bytes.indexOf(0, blank);
    const end = zero + 1 + idLength;
    const stored = bytes.toString('latin1', from, blank);
    if (blank < 0 || zero <= blank + 1 || end > bytes.length || !/^[0-7]{5,6}$/.test(stored))
      throw unexpectedOutput('cat-file', bytes.subarray(from));
    const mode = modeOf(Number.parseInt(stored, 8));
    const path = decodePath(bytes.subarray(blank + 1, zero));
    entries.push({ mode, type: typeOf(mode), id: bytes.toString('hex', zero + 1, end), path });
    from = end;
  }
  return entries;
}

/** As git reads a mode: of a file, it takes only whether the owner may run it. */
function modeOf(stored: number): string {
  const kind = stored & 0o170000;
  if (kind === 0o100000) return stored & 0o100 ? '100755' : '100644';
  if (kind === 0o120000) return '120000';
  return kind === 0o040000 ? '040000' : '160000';
}

function typeOf(mode: string): string {
  if (mode === '040000') return 'tree';
  return mode === '160000' ? 'commit' : 'blob';
}
