import { posix } from 'node:path';
import type { Case } from './case.ts';
import { countLines } from './merged.ts';
import { type Entry, type Files, isSame, linesOf } from './tree.ts';

/** Whether the same bytes lie somewhere the scaffold had nothing like it: moved along with a folder, or aside. */
export function isElsewhere(
  entry: Entry | undefined,
  { base, result }: Case,
  path: string,
): boolean {
  return [...result].some(
    ([other, found]) =>
      entry !== undefined &&
      other !== path &&
      found.bytes.equals(entry.bytes) &&
      !isSame(base.get(other), found),
  );
}

/** git's name for a file in the way of a folder: `path~side`. */
export const isMovedAside = (path: string, { stages }: Case) =>
  path.includes('~') &&
  (stages.has(path) || [...stages.keys()].some((one) => path.startsWith(one)));

/** A new file of the template in a folder that the user renamed. */
export function isCarriedAlong(entry: Entry, { incoming, base }: Case): boolean {
  return [...incoming].some(([path, one]) => !base.has(path) && isSame(one, entry));
}

/** Whether it is the template's half of a conflict, at whatever path: a file of the user's own was there already. */
export function isOffered({ bytes }: Entry, { stages }: Case): boolean {
  return [...stages.values()].some((versions) => versions[3]?.bytes.equals(bytes));
}

export const conflictNear = (path: string, { stages }: Case) =>
  [...stages.keys()].some((one) => one === path || one.startsWith(`${path}~`));

/** Whether the user left nothing of a folder, there or moved as it was: new files of it stay out as well. */
export function isInDeletedFolder(path: string, { base, current }: Case): boolean {
  const segments = path.split('/').slice(0, -1);
  return segments.some((_, index) => {
    const folder = `${segments.slice(0, index + 1).join('/')}/`;
    const old = [...base].filter(([one]) => one.startsWith(folder));
    const isThere = [...current.keys()].some((one) => one.startsWith(folder));
    return old.length > 0 && !isThere && !old.some(([, entry]) => isMoved(entry, base, current));
  });
}

function isMoved({ bytes }: Entry, base: Files, current: Files): boolean {
  return [...current].some(
    ([path, entry]) => bytes.length > 0 && !base.has(path) && entry.bytes.equals(bytes),
  );
}

/** The deleted file whose very bytes lie at a path of the user's; undefined when there are several or none. */
export function pureOrigin(path: string, { base, current }: Case): string | undefined {
  const bytes = current.get(path)?.bytes;
  if (!bytes || bytes.length === 0) return undefined;
  const origins = [...base].filter(
    ([one, entry]) => entry.bytes.equals(bytes) && !current.has(one),
  );
  const copies = [...current].filter(([one, entry]) => entry.bytes.equals(bytes) && !base.has(one));
  return origins.length === 1 && copies.length === 1 ? origins[0]?.[0] : undefined;
}

/** The deleted file that a user's new file shares most lines with, when it is a good part of it. */
export function nearestOrigin(entry: Entry, { base, current }: Case): string | undefined {
  const own = countLines(linesOf(entry));
  const total = [...own.values()].reduce((sum, count) => sum + count, 0);
  let best: { path: string; shared: number } | undefined;
  for (const [path, one] of base) {
    if (current.has(path)) continue;
    const counts = countLines(linesOf(one));
    const shared = [...counts].reduce(
      (sum, [line, count]) => sum + Math.min(count, own.get(line) ?? 0),
      0,
    );
    if (shared > total * 0.3 && shared > (best?.shared ?? 0)) best = { path, shared };
  }
  return best?.path;
}

/** The file of the same name in the folder that became this one: another file went there as it was. */
export function originOfFolder(path: string, { base, current }: Case): string | undefined {
  const [folder, name] = [posix.dirname(path), posix.basename(path)];
  const wentThere = (old: string) =>
    [...base].some(
      ([one, { bytes }]) =>
        posix.dirname(one) === old &&
        !current.has(one) &&
        current.get(`${folder}/${posix.basename(one)}`)?.bytes.equals(bytes),
    );
  return [...base.keys()].find(
    (one) => posix.basename(one) === name && !current.has(one) && wentThere(posix.dirname(one)),
  );
}
