import type { Case, Say, Versions } from './case.ts';
import { checkConflict, hasMarker } from './conflicts.ts';
import { checkMerged, firstDifference } from './merged.ts';
import {
  conflictNear,
  isCarriedAlong,
  isElsewhere,
  isInDeletedFolder,
  isMovedAside,
  isOffered,
  nearestOrigin,
  originOfFolder,
  pureOrigin,
} from './origins.ts';
import { type Entry, isBinary, isSame } from './tree.ts';

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

/** A path as a reader sees it. */
const show = (path: string) => Buffer.from(path, 'latin1').toString('utf8');

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
