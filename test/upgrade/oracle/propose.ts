import { applyEdit, type Edit, type Material } from './edits.ts';
import type { Random } from './random.ts';
import { type Files, isBinary, linesOf } from './tree.ts';

/** How often each kind of edit comes, in parts. */
const KINDS: readonly [Edit['kind'], number][] = [
  ['insert', 22],
  ['change', 18],
  ['delete', 12],
  ['shift', 8],
  ['write', 10],
  ['writeBytes', 3],
  ['rename', 7],
  ['renameFolder', 3],
  ['remove', 6],
  ['chmod', 5],
  ['link', 2],
  ['crlf', 3],
  ['binary', 3],
  ['sameAsTemplate', 2],
];

/** Random edits of a scaffold, one after the other; and the files after them. */
export function proposeEdits(
  random: Random,
  count: number,
  base: Files,
  material: Material,
  own: readonly string[],
): { edits: Edit[]; files: Files } {
  const files = new Map(base);
  const edits: Edit[] = [];
  while (edits.length < count) {
    const edit = propose(random, files, base, material, own);
    if (!edit) continue;
    const before = new Map(files);
    applyEdit(files, edit, material);
    if (isChanged(before, files)) edits.push(edit);
  }
  return { edits, files };
}

function propose(
  random: Random,
  files: Files,
  base: Files,
  { code, incoming }: Material,
  own: readonly string[],
): Edit | undefined {
  const kind = pickKind(random);
  const paths = [...files.keys()].filter((path) => !own.includes(path));
  const changing = paths.filter((path) => base.has(path) && isOther(incoming, base, path));
  const path =
    changing.length > 0 && random.chance(0.4) ? random.pick(changing) : random.pick(paths);
  if (path === undefined) return undefined;
  switch (kind) {
    case 'write':
      return { kind, path: newPath(random, files, base, incoming), from: random.pick(code.paths) };
    case 'writeBytes':
      return { kind, path: newPath(random, files, base, incoming), text: anyFile(random) };
    case 'link':
      return {
        kind,
        path: random.chance(0.5) ? newPath(random, files, base, incoming) : path,
        to: random.pick([base_(random.pick(paths)), 'nowhere', '../../outside', ODD_NAME]),
      };
    case 'sameAsTemplate':
      return { kind, path: random.pick([...incoming.keys()].filter((one) => !own.includes(one))) };
    case 'rename':
      return {
        kind,
        path,
        to: `${random.chance(0.5) ? folderOf(random, paths) : ''}${word(random)}-${base_(path)}`,
      };
    case 'renameFolder': {
      const folders = paths
        .map((one) => one.replace(/\/[^/]*$/, ''))
        .filter((one) => paths.every((other) => other !== one));
      const folder = random.pick(folders.filter((one) => one.includes('/') || random.chance(0.3)));
      return folder === undefined
        ? undefined
        : { kind, path: folder, to: `${folder}-${word(random)}` };
    }
    case 'remove':
    case 'chmod':
    case 'crlf':
      return { kind, path };
    case 'binary':
      return {
        kind,
        path: pickBinary(random, files, paths) ?? path,
        at: random.below(5000),
        byte: random.below(256),
      };
    default:
      return proposeLines(
        random,
        kind,
        path,
        files,
        base,
        incoming,
        code.read(random.pick(code.paths)),
      );
  }
}

function proposeLines(
  random: Random,
  kind: 'insert' | 'delete' | 'change' | 'shift',
  path: string,
  files: Files,
  base: Files,
  incoming: Files,
  source: Buffer,
): Edit | undefined {
  const entry = files.get(path);
  if (!entry || isBinary(entry)) return undefined;
  const length = linesOf(entry).length;
  const hot = random.chance(0.4) ? hotLines(path, files, base, incoming) : [];
  const at = hot.length > 0 ? Math.min(length, random.pick(hot)) : random.below(length + 1);
  const count = 1 + random.below(random.chance(0.2) ? 30 : 4);
  if (kind === 'delete') return { kind, path, at, count };
  if (kind === 'shift') return { kind, path, at, count, to: random.below(length + 1) };
  const code = source.toString('latin1').replace(/\r/g, '').split('\n');
  const from = random.below(code.length);
  const lines = random.chance(0.25)
    ? Array.from({ length: 1 + random.below(4) }, () => anyLine(random))
    : code.slice(from, from + 1 + random.below(random.chance(0.2) ? 40 : 4));
  return kind === 'insert' ? { kind, path, at, lines } : { kind, path, at, count, lines };
}

/** Bytes of no encoding; a carriage return at the end would be one of Windows, and a zero byte makes a binary. */
function anyLine(random: Random): string {
  const first = random.chance(0.04) ? 0 : 1;
  const bytes = Array.from(
    { length: 1 + random.below(40) },
    () => first + random.below(256 - first),
  );
  const line = String.fromCharCode(...bytes.filter((byte) => byte !== 10));
  return line.endsWith('\r') ? `${line}.` : line;
}

/** Lines of any bytes, with or without a newline at the end; sometimes none at all. */
function anyFile(random: Random): string {
  const lines = Array.from({ length: random.below(8) }, () => anyLine(random));
  return lines.join('\n') + (random.chance(0.5) ? '\n' : '');
}

/** Lines next to those that the template changes. */
function hotLines(path: string, files: Files, base: Files, incoming: Files): number[] {
  const [entry, before, after] = [files.get(path), base.get(path), incoming.get(path)];
  if (!entry || !before || !after || isBinary(before)) return [];
  const known = new Set(linesOf(before));
  const nearby = new Set(
    linesOf(after).filter(
      (_line, index, all) => !known.has(all[index + 1] ?? '') || !known.has(all[index - 1] ?? ''),
    ),
  );
  return linesOf(entry).flatMap((line, index) => (nearby.has(line) ? [index, index + 1] : []));
}

/** Mostly a path of the user's own, now and then one that the template will want, or a folder of that name. */
function newPath(random: Random, files: Files, base: Files, incoming: Files): string {
  const coming = [...incoming.keys()].filter((path) => !base.has(path));
  if (coming.length > 0 && random.chance(0.12)) return random.pick(coming);
  if (coming.length > 0 && random.chance(0.04)) return `${random.pick(coming)}/${word(random)}.py`;
  const known = [...files.keys()];
  if (random.chance(0.2)) return random.pick(known.filter((path) => !path.startsWith('.')));
  return `${folderOf(random, known)}${word(random)}${random.pick(['.py', '.md', '.yml', '.toml', '', ' copy.py', ODD_NAME, '[x].py'])}`;
}

const folderOf = (random: Random, paths: readonly string[]) =>
  random.pick(paths).replace(/[^/]*$/, '');

/** As its bytes, like every path here. */
const ODD_NAME = Buffer.from('ß ü.txt').toString('latin1');

const WORDS = ['my', 'churn', 'legacy', 'draft', 'own', 'team', 'new', 'fast', 'v2', 'backup'];
const word = (random: Random) => `${random.pick(WORDS)}_${random.below(100)}`;
const base_ = (path: string) => path.replace(/^.*\//, '');

function pickBinary(random: Random, files: Files, paths: readonly string[]): string | undefined {
  const binaries = paths.filter((path) =>
    isBinary(files.get(path) ?? { mode: '', bytes: Buffer.alloc(0) }),
  );
  return binaries.length > 0 && random.chance(0.7) ? random.pick(binaries) : undefined;
}

function pickKind(random: Random): Edit['kind'] {
  let left = random.below(KINDS.reduce((sum, [, parts]) => sum + parts, 0));
  for (const [kind, parts] of KINDS) {
    if (left < parts) return kind;
    left -= parts;
  }
  return 'insert';
}

const isOther = (one: Files, other: Files, path: string) =>
  !one.get(path)?.bytes.equals(other.get(path)?.bytes ?? Buffer.alloc(0));

const isChanged = (before: Files, after: Files) =>
  before.size !== after.size ||
  [...after].some(([path, entry]) => {
    const one = before.get(path);
    return !one || one.mode !== entry.mode || !one.bytes.equals(entry.bytes);
  });
