import type { Say } from './case.ts';
import { type Entry, isBinary, isSame, linesOf } from './tree.ts';

/** Both versions changed it and it merged: every line as often as both of them want it. */
export function checkMerged(
  versions: { b: Entry | undefined; u: Entry; n: Entry; r: Entry },
  say: Say,
) {
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

function mergedMode(base: string | undefined, current: string, incoming: string): string {
  return current === base ? incoming : current;
}

export type Counts = Map<string, number>;

/** Line → how often; a carriage return at its end is looked at elsewhere. */
export function countLines(lines: readonly string[]): Counts {
  const counts: Counts = new Map();
  for (const line of lines) {
    const plain = line.replace(/\r$/, '');
    counts.set(plain, (counts.get(plain) ?? 0) + 1);
  }
  return counts;
}

export function firstDifference(wanted: Entry, found: Entry): string {
  if (wanted.bytes.equals(found.bytes)) return `its mode is ${found.mode}, not ${wanted.mode}`;
  if (isBinary(wanted)) return 'its bytes are others';
  const [left, right] = [linesOf(wanted), linesOf(found)];
  const at = left.findIndex((line, index) => line !== right[index]);
  return at < 0
    ? `line ${left.length + 1} is new: ${JSON.stringify(right[left.length])}`
    : `line ${at + 1} is ${JSON.stringify(right[at])}, not ${JSON.stringify(left[at])}`;
}
