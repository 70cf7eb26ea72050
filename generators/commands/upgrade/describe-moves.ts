import { posix } from 'node:path';
import { count, quoteForShell } from '../../cli/printing.ts';
import { packageIn } from '../../engine/names.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import { ANSWERS_FILE, LOCK_FILE } from '../../engine/state.ts';
import { findMentions } from '../../git/grep.ts';
import type { Scratch } from '../../git/scratch.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';
import type { MovedFolder } from '../../merge/moved-folders.ts';
import type { RenamedPackage } from '../../merge/renamed-package.ts';
import type { DesiredState } from './desired-state.ts';

/** Notes on what was put into folders that the user moved, and on files that still name the old place. */
export async function describeMoves(
  scratch: Scratch,
  { moved, tree, leftOut, shadowNotes }: MergePlan,
  { renamedPackage, answers }: DesiredState,
  saved: SavedAnswers,
): Promise<string[]> {
  const notes = [
    ...shadowNotes,
    ...describeDeleted(leftOut),
    ...moved.map(
      ({ from, to }) => `You moved "${from}" to "${to}": changes and new files went there.`,
    ),
  ];
  const [before, after] = [packageIn(saved.answers), packageIn(answers)];
  const isRenamed = renamedPackage !== undefined && before !== after;
  if (isRenamed) {
    notes.push(
      `The package is called "${after}" now. ${ANSWERS_FILE} saves that, and the lines of nimble-ml that you did not change say so.`,
    );
  }
  const folders = [...moved, ...(renamedPackage ? [renamedPackage] : [])];
  const patterns = [
    ...new Set(
      [...folders.flatMap(formerPlaces), ...strayPlaces(renamedPackage)].flatMap(mentionsOfFolder),
    ),
    ...(isRenamed ? mentionsOfPackage(before) : []),
  ];
  if (patterns.length === 0) return notes;
  const paths = (await findMentions(scratch, tree, patterns)).filter((path) => !isState(path));
  if (paths.length === 0) return notes;
  const more = paths.length > MOST ? ` and ${paths.length - MOST} more` : '';
  return [...notes, `The old name is still in: ${paths.slice(0, MOST).join(', ')}${more}.`];
}

/** Folders that stay deleted, and how to have them. */
function describeDeleted(leftOut: MergePlan['leftOut']): string[] {
  const folders = [...new Set(leftOut.flatMap(({ folder }) => folder ?? []))].sort();
  return folders.map((folder) => {
    const { length } = leftOut.filter((one) => one.folder === folder);
    return `You deleted "${folder}", so ${count(length, 'new file')} of it stayed out. To have all of it: nimble-ml update --restore ${quoteForShell(folder)}`;
  });
}

/** A longer list would not be read. */
const MOST = 20;

/** Where a folder was, and the one around it when the folder has left that. */
function formerPlaces({ from, to }: MovedFolder): string[] {
  const around = posix.dirname(from);
  return around === '.' || to.startsWith(`${around}/`) ? [from] : [from, around];
}

/** Where the templates have a package, which is where it never was when the user moved and renamed it. */
function strayPlaces(renamed: RenamedPackage | undefined): string[] {
  return renamed === undefined || renamed.rendered === renamed.to ? [] : [renamed.rendered];
}

/** A folder with something behind it, or as a whole: in quotes, or as a value. */
function mentionsOfFolder(folder: string): string[] {
  const name = folder.replace(/[^\w/ -]/g, '\\$&');
  return [`(^|[^[:alnum:]_./-])${name}/`, `["']${name}["']`, `= *${name}$`];
}

function mentionsOfPackage(name: string): string[] {
  return [
    `(from|import)[[:space:]]+${name}([^[:alnum:]_]|$)`,
    `-m[[:space:]]+${name}[.]`,
    `["']${name}[.][a-z_]+`,
    `module-name *= *["']${name}["']`,
  ];
}

/** Files that record what was, or are made by other programs. */
function isState(path: string): boolean {
  return [ANSWERS_FILE, LOCK_FILE, 'uv.lock', 'dvc.lock'].includes(path.replace(/^.*\//, ''));
}
