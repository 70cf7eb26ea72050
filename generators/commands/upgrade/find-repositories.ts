import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Refusal } from '../../engine/errors.ts';
import { ANSWERS_FILE, ANSWERS_KEY, LOCK_FILE } from '../../engine/state.ts';

/** A folder below another one: a repository that the generator wrote, or why it is not one. */
export interface FoundFolder {
  /** From the folder that was searched; "." is that folder itself. */
  path: string;
  directory: string;
  skipped?: string;
}

/** How deep repositories are looked for. */
const DEPTH = 4;

/** Every repository of ours below a folder, and the other folders directly in it. */
export function findRepositories(folder: string): FoundFolder[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Refusal(
      `--each: "${folder}" is not a folder. Name the one that holds your repositories.`,
    );
  }
  const describe = (directory: string) => ({
    path: relative(folder, directory).replaceAll('\\', '/') || '.',
    directory,
  });
  if (isOurs(folder)) return [describe(folder)];
  return foldersIn(folder).flatMap((directory) => {
    const found = findBelow(directory, DEPTH).map(describe);
    if (found.length > 0) return found;
    const reason = existsSync(join(directory, '.git'))
      ? 'not written by nimble-ml'
      : 'not a git repository';
    return [{ ...describe(directory), skipped: reason }];
  });
}

function findBelow(directory: string, depth: number): string[] {
  if (isOurs(directory)) return [directory];
  if (depth === 0) return [];
  return foldersIn(directory).flatMap((one) => findBelow(one, depth - 1));
}

/** Folders that may hold repositories, sorted; links are not followed. */
function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name))
      .map(({ name }) => join(directory, name))
      .sort();
  } catch {
    return []; // no right to read it
  }
}

/** Whether our answers or our lock file are there; what is wrong with them is said later. */
function isOurs(directory: string): boolean {
  if (existsSync(join(directory, LOCK_FILE))) return true;
  try {
    return readFileSync(join(directory, ANSWERS_FILE), 'utf8').includes(`"${ANSWERS_KEY}"`);
  } catch {
    return false;
  }
}
