import { createHash } from 'node:crypto';
import { blobId } from './state.ts';
import type { Tree } from './tree.ts';

type Node = Map<string, Node | { mode: string; id: string }>;

/** git's id of the tree with these files. */
export function treeId(tree: Tree, format: 'sha1' | 'sha256'): string {
  const root: Node = new Map();
  for (const [path, { bytes, mode }] of tree) {
    const segments = path.split('/');
    const name = segments.pop() ?? '';
    let room = root;
    for (const segment of segments) {
      const next = room.get(segment) ?? new Map();
      room.set(segment, next);
      room = next as Node;
    }
    room.set(name, { mode, id: blobId(bytes, format) });
  }
  return nodeId(root, format);
}

/** git sorts entries by bytes, folders as if their names ended in "/". */
function nodeId(node: Node, format: 'sha1' | 'sha256'): string {
  const entries = [...node].map(([name, one]) => {
    const isFolder = one instanceof Map;
    const id = isFolder ? nodeId(one, format) : one.id;
    const line = Buffer.concat([
      Buffer.from(`${isFolder ? '40000' : one.mode} ${name}\0`),
      Buffer.from(id, 'hex'),
    ]);
    return { order: Buffer.from(isFolder ? `${name}/` : name), line };
  });
  const body = Buffer.concat(
    entries.sort((a, b) => Buffer.compare(a.order, b.order)).map((one) => one.line),
  );
  return createHash(format).update(`tree ${body.length}\0`).update(body).digest('hex');
}
