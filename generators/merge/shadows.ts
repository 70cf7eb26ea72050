import { existsSync } from 'node:fs';
import { Refusal } from '../engine/errors.ts';
import { foldersAbove } from '../engine/paths.ts';
import { entriesOfHead, type HeadEntry } from '../git/head.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import { pathOnDisk } from '../git/path-bytes.ts';
import type { LeftOut, Placed } from './deleted-folders.ts';
import { PRECEDENCES, type Precedence } from './precedence.ts';
import { findEqualTasks } from './task-names.ts';

/** What a new file would hide, or be hidden by. */
export interface Shadows {
  /** New files that would replace what the team has set. */
  leftOut: LeftOut[];
  notes: string[];
}

/** The last commit and the new render, at the places that hide one another. */
interface Sides extends Placed {
  /** What the team has there, and was not rendered. */
  theirs: ReadonlyMap<string, HeadEntry>;
}

/**
 * Finds what of the team would be hidden by something new, or hides it. Python's modules and tasks of one name are refused,
 * since a program would stop or another one run; `adopt` takes them as they are. Configuration of the team stays in force.
 */
export async function findShadows(
  placed: Placed,
  reader: ObjectReader,
  { adopt, restore }: { adopt: boolean; restore: readonly string[] },
): Promise<Shadows> {
  const added = [...placed.incoming.keys()].filter((path) => !placed.base.files.has(path));
  if (added.length === 0) return { leftOut: [], notes: [] };
  const { repository, base } = placed;
  const files = PRECEDENCES.flatMap(({ places }) => places).map(fileOf);
  const pairs = modulePairs(added, [...base.files.keys(), ...placed.incoming.keys()]);
  const paths = [...new Set([...files, ...pairs.map(({ theirs }) => theirs)])];
  const found = await entriesOfHead(repository, paths, reader);
  const theirs = new Map([...found].filter(([path]) => !base.files.has(path)));
  const hidden = [
    ...pairs.filter((pair) => isTheirs(pair, theirs, placed)).map(describePair),
    ...(await findEqualTasks(placed, added, reader)),
  ];
  if (hidden.length > 0 && !adopt) {
    throw new Refusal(
      `${hidden.join('; ')}. Rename yours, commit and try again, or go on all the same with --adopt.`,
    );
  }
  const mine = await placesOfTeam({ ...placed, theirs }, reader);
  const met = PRECEDENCES.flatMap((one) => compare(one, added, mine));
  const out = met.filter(({ leaves }) => leaves !== undefined && !restore.includes(leaves));
  return {
    leftOut: out.map(({ leaves = '', note }) => ({ path: leaves, reason: note })),
    notes: [
      ...hidden.map((one) => `${one}.`),
      ...met.filter((one) => one.leaves === undefined).map(({ note }) => `${note}.`),
    ],
  };
}

const PROJECT = 'pyproject.toml';

/** A module of the team and a new package, or the other way round. */
interface Pair {
  theirs: string;
  added: string;
  isFolder: boolean;
}

/** What would have one name for Python: `x.py` next to a new `x/`, and `x/` next to a new `x.py`. */
function modulePairs(added: readonly string[], rendered: readonly string[]): Pair[] {
  const known = new Set(rendered);
  const before = new Set(rendered.filter((path) => !added.includes(path)).flatMap(foldersAbove));
  const modules = added.filter((path) => path.endsWith('.py') && !path.endsWith('__init__.py'));
  const folders = new Set(
    added
      .filter((path) => path.endsWith('.py'))
      .flatMap(foldersAbove)
      .filter((folder) => folder.includes('/') && !before.has(folder)),
  );
  return [
    ...[...folders].map((folder) => ({ theirs: `${folder}.py`, added: folder, isFolder: false })),
    ...modules.map((path) => ({ theirs: path.slice(0, -3), added: path, isFolder: true })),
  ].filter(({ theirs }) => !known.has(theirs));
}

function isTheirs(
  { theirs, isFolder }: Pair,
  found: ReadonlyMap<string, HeadEntry>,
  { repository }: Placed,
): boolean {
  const entry = found.get(theirs);
  if (entry) return isFolder === (entry.type === 'tree');
  return !isFolder && existsSync(pathOnDisk(repository.top, repository.prefix + theirs));
}

function describePair({ theirs, added, isFolder }: Pair): string {
  return isFolder
    ? `your package "${theirs}" and the new module "${added}" have one name for Python, which imports one of them`
    : `your module "${theirs}" would be hidden by the new package "${added}"`;
}

/** A place of a setting that the team has and one that is new. */
interface Meeting {
  note: string;
  /** The new file, where it would be read instead of the team's. */
  leaves?: string;
}

function compare(
  { program, places, readsAll }: Precedence,
  added: readonly string[],
  mine: ReadonlySet<string>,
): Meeting[] {
  const fresh = places.filter((place) => added.includes(place));
  const first = places.find((place) => mine.has(place) && !fresh.includes(place)); // the same place is a conflict of its own
  if (first === undefined) return [];
  return fresh.map((place) => {
    if (readsAll)
      return { note: `${program}: "${first}" of yours and the new "${place}" are both read` };
    return places.indexOf(place) < places.indexOf(first)
      ? {
          leaves: place,
          note: `${program} would no longer read your "${first}"; to have it: --restore ${place}`,
        }
      : { note: `${program} reads your "${first}" and not the new "${place}"` };
  });
}

/** The places that the team has and were not rendered: files, and sections of files. */
async function placesOfTeam(sides: Sides, reader: ObjectReader): Promise<Set<string>> {
  const { repository, theirs, incoming, base } = sides;
  const found = new Set<string>();
  for (const place of new Set(PRECEDENCES.flatMap(({ places }) => places))) {
    const [file, section] = [fileOf(place), sectionOf(place)];
    const isRendered = file === PROJECT && base.files.has(PROJECT);
    if (!theirs.has(file) && !isRendered) continue;
    if (section === undefined) found.add(place);
    else {
      const name = `${repository.head}:${repository.prefix}${file}`;
      const text = String((await reader.read(name))?.bytes ?? '');
      const rendered = isRendered ? String(incoming.get(PROJECT)?.bytes ?? '') : '';
      if ((await holds(file, text, section)) && !(await holds(file, rendered, section)))
        found.add(place);
    }
  }
  return found;
}

/** Whether a file has a section: in TOML, however the table is written. */
async function holds(file: string, text: string, section: string): Promise<boolean> {
  const lines = text.split('\n').map((line) => line.trim());
  const isThere = lines.some((line) => line.startsWith(`[${section}]`));
  if (isThere || !file.endsWith('.toml')) return isThere;
  const { parse } = await import('smol-toml');
  try {
    let part: unknown = parse(text);
    for (const key of section.split('.')) part = (part as Record<string, unknown>)?.[key];
    return part !== undefined;
  } catch {
    return lines.some((line) => line.startsWith(`[${section}.`));
  }
}

/** `pyproject.toml [tool.mypy]` → `pyproject.toml`. */
function fileOf(place: string): string {
  return place.replace(/ \[.*$/, '');
}

function sectionOf(place: string): string | undefined {
  return / \[(.*)\]$/.exec(place)?.[1];
}
