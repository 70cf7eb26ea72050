import { posix } from 'node:path';
import { readMarkers } from './markers.ts';
import { type Entry, type Files, isBinary, isSame, linesOf, type Stages } from './tree.ts';

/** What there was, and what there is now. */
export interface Case {
  /** The scaffold as it was written. */
  base: Files;
  /** The same after the user's edits. */
  current: Files;
  /** A new repository of what was asked for. */
  incoming: Files;
  /** The work tree afterwards. */
  result: Files;
  stages: Stages;
  /** The generator's own files: they always take the new version. */
  own: readonly string[];
}

/** Everything wrong with a result; a user's line has to be in it or in a conflict, and so has the template's. */
export function checkUpgrade(made: Case): string[] {
  const wrong: string[] = [];
  const { base, current, incoming, result, stages } = made;
  const paths = [
    ...new Set([...base.keys(), ...current.keys(), ...incoming.keys(), ...result.keys()]),
  ];
  for (const path of paths.sort()) {
    const say = (what: string) => wrong.push(`"${show(path)}": ${what}`);
    if (made.own.includes(path)) {
      if (!isSame(result.get(path), incoming.get(path)))
        say('is not the new version of our own file');
    } else if (stages.has(path)) checkConflict(path, made, say);
    else checkClean(path, made, say);
  }
  for (const path of stages.keys()) {
    if (!paths.includes(path)) wrong.push(`"${show(path)}": in conflict, and no one wrote it`);
  }
  return wrong;
}

type Say = (what: string) => void;

function checkClean(path: string, made: Case, say: Say): void {
  const [b, u, n, r] = [made.base, made.current, made.incoming, made.result].map((version) =>
    version.get(path),
  );
  if (r && !isBinary(r) && !(u && hasMarker(u)) && hasMarker(r)) say('markers without a conflict');
  if (u && b) checkKept(path, { b, u, n, r }, made, say);
  else if (u) checkUsersOwn(path, { u, n, r }, made, say);
  else if (b) checkDeleted(path, { b, n, r }, made, say);
  else if (n) checkAdded(path, { n, r }, made, say);
  else if (r && !isMovedAside(path, made) && !isCarriedAlong(r, made)) say('no one wrote it');
}

/** A file of the scaffold that the user has, changed or not. */
function checkKept(
  path: string,
  versions: Versions & { b: Entry; u: Entry },
  made: Case,
  say: Say,
): void {
  const { b, u, n, r } = versions;
  if (isSame(u, b)) {
    if (!isSame(r, n) && !(r === undefined && isElsewhere(n, made, path))) {
      say(n ? 'untouched by the user, and not the new version' : 'the template removed it');
    }
  } else if (isSame(n, b)) {
    if (!isSame(r, u)) say(r ? firstDifference(u, r) : 'the edited file is gone');
  } else if (n === undefined) say('edited by the user, removed by the template, and no conflict');
  else if (r === undefined) say('the edited file is gone');
  else checkMerged({ b, u, n, r }, say);
}

/** A path that only the user has: made by hand, or moved there. */
function checkUsersOwn(
  path: string,
  { u, n, r }: Versions & { u: Entry },
  made: Case,
  say: Say,
): void {
  if (isSame(r, u) && (n === undefined || isSame(u, n))) {
    const origin = pureOrigin(path, made);
    if (origin === undefined || isSame(made.base.get(origin), made.incoming.get(origin))) return;
    if (made.incoming.has(origin) && !made.stages.has(origin))
      say(`changes of "${origin}" missed it`);
    return;
  }
  if (r === undefined) {
    if (!isElsewhere(u, made, path)) say("the user's own file is gone");
    return;
  }
  // The folder was renamed, and the user wrote a file at its old place: the template's file followed the folder.
  if (n !== undefined && isSame(r, u) && isElsewhere(n, made, path)) return;
  const origin = originOfFolder(path, made) ?? nearestOrigin(u, made);
  const b = origin === undefined ? undefined : made.base.get(origin);
  const incoming = n ?? (origin === undefined ? undefined : made.incoming.get(origin));
  if (incoming === undefined && !isSame(r, u)) say(firstDifference(u, r));
  else if (incoming) checkMerged({ b, u, n: incoming, r }, say);
}

/** A file of the scaffold that the user deleted or moved away. */
function checkDeleted(
  path: string,
  { b, n, r }: Versions & { b: Entry },
  made: Case,
  say: Say,
): void {
  if (r && !isSame(r, n)) say('deleted by the user, and something else came back');
  else if (r && isSame(n, b)) say('deleted by the user, and it came back');
  else if (r && !conflictNear(path, made))
    say('deleted by the user, and the new version came back');
}

/** A file that only the new template has. */
function checkAdded(path: string, { n, r }: Versions & { n: Entry }, made: Case, say: Say): void {
  if (isSame(r, n)) return;
  if (r) say(firstDifference(n, r));
  else if (!isElsewhere(n, made, path) && !isOffered(n, made) && !isInDeletedFolder(path, made)) {
    say("the template's new file is missing");
  }
}

/** Whether the user left nothing of a folder, there or moved as it was: new files of it stay out as well. */
function isInDeletedFolder(path: string, { base, current }: Case): boolean {
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

/** Whether it is the template's half of a conflict, at whatever path: a file of the user's own was there already. */
function isOffered({ bytes }: Entry, { stages }: Case): boolean {
  return [...stages.values()].some((versions) => versions[3]?.bytes.equals(bytes));
}

function checkConflict(path: string, made: Case, say: Say): void {
  const versions = made.stages.get(path) ?? {};
  const [b, u, n, r] = [made.base, made.current, made.incoming, made.result].map((version) =>
    version.get(path),
  );
  if (u && versions[2] && !versions[2].bytes.equals(u.bytes) && !isBinary(u)) {
    const seen = linesOf(versions[2]);
    missing(u, b, n, seen, seen).forEach(say);
  }
  if (u && b && isSame(u, b)) say('in conflict, and the user never touched it');
  if (u && b && n && isSame(n, b)) say('in conflict, and the template never changed it');
  if (u && n && isSame(u, n)) say('in conflict, and both versions are equal');
  const mine = versions[2] ?? u;
  if (!mine) {
    if (versions[3] && !r && !isElsewhere(versions[3], made, path))
      say("the template's half is gone");
    return;
  }
  if (!r) {
    if (!isElsewhere(mine, made, path)) say("the user's half is gone from the folder");
    return;
  }
  if (!versions[3] || isBinary(mine) || isBinary(versions[3]) || mine.mode !== versions[3].mode) {
    if (!r.bytes.equals(mine.bytes) && !hasMarker(r))
      say("the folder does not hold the user's half");
    if (!hasMarker(r)) return;
  }
  const marked = readMarkers(linesOf(r));
  if (!marked) {
    say('in conflict, and no marker shows where');
    return;
  }
  for (const [current, incoming] of marked.names) {
    if (!/^nimble-ml\/yours/.test(current) || !/^nimble-ml\//.test(incoming)) {
      say(`its markers name "${current}" and "${incoming}"`);
    }
  }
  missing(mine, versions[1], versions[3], marked.current, marked.all).forEach(say);
  if (versions[3]) missing(versions[3], versions[1], mine, marked.all, marked.all).forEach(say);
}

interface Versions {
  b?: Entry | undefined;
  u?: Entry | undefined;
  n?: Entry | undefined;
  r?: Entry | undefined;
}

/** Both versions changed it and it merged: every line as often as both of them want it. */
function checkMerged(versions: { b: Entry | undefined; u: Entry; n: Entry; r: Entry }, say: Say) {
  const { b, u, n, r } = versions;
  if (r.mode !== mergedMode(b?.mode, u.mode, n.mode)) say(`its mode is ${r.mode}`);
  if ([b, u, n, r].some((version) => version && isBinary(version))) {
    if (!isSame(u, n) && !r.bytes.equals(u.bytes)) say('a binary changed by both became neither');
    return;
  }
  const [inBase, inUser, inNext, inResult] = [b, u, n, r].map((version) =>
    countLines(version ? linesOf(version) : []),
  ) as [Counts, Counts, Counts, Counts];
  for (const line of new Set([...inUser.keys(), ...inNext.keys(), ...inResult.keys()])) {
    const at = (counts: Counts) => counts.get(line) ?? 0;
    const [low, high] = allowed(at(inBase), at(inUser), at(inNext));
    if (at(inResult) < low) {
      const whose = at(inUser) > at(inBase) ? "the user's line" : 'the line';
      say(`${whose} ${JSON.stringify(line)} is lost: ${at(inResult)} of ${low}`);
    }
    if (at(inResult) > high) say(`the line ${JSON.stringify(line)} came ${at(inResult)} times`);
  }
  checkLineEndings(u, b, r, say);
}

/** How often a line may stand in a merge, by how often it stood in the base, the user's and the template's file. */
function allowed(base: number, current: number, incoming: number): [number, number] {
  const sum = Math.max(0, current + incoming - base);
  if (current >= base && incoming >= base) return [Math.max(current, incoming), sum];
  if (current <= base && incoming <= base) return [sum, Math.min(current, incoming)];
  return [sum, sum];
}

/** A file that the user made CRLF altogether stays so. */
function checkLineEndings(u: Entry, b: Entry | undefined, r: Entry, say: Say): void {
  const isCrlf = (version: Entry) => linesOf(version).every((line) => line.endsWith('\r'));
  if (b && u.bytes.length > 0 && isCrlf(u) && !isCrlf(b) && !isCrlf(r)) {
    say("the user's line endings are lost");
  }
}

/**
 * What a version has and a reader of a conflict would not find. What the user added has to be in the user's half; what was
 * only moved may be in either, since the half without the move still has it at the old place.
 */
function missing(
  version: Entry,
  base: Entry | undefined,
  other: Entry | undefined,
  half: readonly string[],
  all: readonly string[],
): string[] {
  const [inBase, inSide, inOther, inHalf, inAll] = [
    base ? linesOf(base) : [],
    linesOf(version),
    other ? linesOf(other) : [],
    half,
    all,
  ].map(countLines) as [Counts, Counts, Counts, Counts, Counts];
  return [...inSide]
    .filter(([line, count]) => {
      if (line.trim() === '') return false; // git takes blank lines that both halves share out of a conflict
      const before = inBase.get(line) ?? 0;
      const takenByOther = Math.max(0, before - (inOther.get(line) ?? 0));
      const found = (count > before ? inHalf : inAll).get(line) ?? 0;
      return found < count - takenByOther;
    })
    .map(([line]) => `the line ${JSON.stringify(line)} is in no half of the conflict`);
}

type Counts = Map<string, number>;

/** Line → how often; a carriage return at its end is looked at elsewhere. */
function countLines(lines: readonly string[]): Counts {
  const counts: Counts = new Map();
  for (const line of lines) {
    const plain = line.replace(/\r$/, '');
    counts.set(plain, (counts.get(plain) ?? 0) + 1);
  }
  return counts;
}

function mergedMode(base: string | undefined, current: string, incoming: string): string {
  return current === base ? incoming : current;
}

const hasMarker = (entry: Entry) =>
  linesOf(entry).some((line) => /^<<<<<<< nimble-ml\//.test(line));

/** Whether the same bytes lie somewhere the scaffold had nothing like it: moved along with a folder, or aside. */
function isElsewhere(entry: Entry | undefined, { base, result }: Case, path: string): boolean {
  return [...result].some(
    ([other, found]) =>
      entry !== undefined &&
      other !== path &&
      found.bytes.equals(entry.bytes) &&
      !isSame(base.get(other), found),
  );
}

/** git's name for a file in the way of a folder: `path~side`. */
const isMovedAside = (path: string, { stages }: Case) =>
  path.includes('~') &&
  (stages.has(path) || [...stages.keys()].some((one) => path.startsWith(one)));

/** A new file of the template in a folder that the user renamed. */
function isCarriedAlong(entry: Entry, { incoming, base }: Case): boolean {
  return [...incoming].some(([path, one]) => !base.has(path) && isSame(one, entry));
}

const conflictNear = (path: string, { stages }: Case) =>
  [...stages.keys()].some((one) => one === path || one.startsWith(`${path}~`));

/** The deleted file whose very bytes lie at a path of the user's; undefined when there are several or none. */
function pureOrigin(path: string, { base, current }: Case): string | undefined {
  const bytes = current.get(path)?.bytes;
  if (!bytes || bytes.length === 0) return undefined;
  const origins = [...base].filter(
    ([one, entry]) => entry.bytes.equals(bytes) && !current.has(one),
  );
  const copies = [...current].filter(([one, entry]) => entry.bytes.equals(bytes) && !base.has(one));
  return origins.length === 1 && copies.length === 1 ? origins[0]?.[0] : undefined;
}

/** The deleted file that a user's new file shares most lines with, when it is a good part of it. */
function nearestOrigin(entry: Entry, { base, current }: Case): string | undefined {
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
function originOfFolder(path: string, { base, current }: Case): string | undefined {
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

function firstDifference(wanted: Entry, found: Entry): string {
  if (wanted.bytes.equals(found.bytes)) return `its mode is ${found.mode}, not ${wanted.mode}`;
  if (isBinary(wanted)) return 'its bytes are others';
  const [left, right] = [linesOf(wanted), linesOf(found)];
  const at = left.findIndex((line, index) => line !== right[index]);
  return at < 0
    ? `line ${left.length + 1} is new: ${JSON.stringify(right[left.length])}`
    : `line ${at + 1} is ${JSON.stringify(right[at])}, not ${JSON.stringify(left[at])}`;
}

const show = (path: string) => Buffer.from(path, 'latin1').toString('utf8');
