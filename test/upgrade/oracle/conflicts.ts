import type { Case, Say } from './case.ts';
import { readMarkers } from './markers.ts';
import { type Counts, countLines } from './merged.ts';
import { isElsewhere } from './origins.ts';
import { type Entry, isBinary, isSame, linesOf } from './tree.ts';

export function checkConflict(path: string, made: Case, say: Say): void {
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

export const hasMarker = (entry: Entry) =>
  linesOf(entry).some((line) => /^<<<<<<< nimble-ml\//.test(line));
