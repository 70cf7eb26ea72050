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
