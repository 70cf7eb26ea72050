import { Refusal } from '../engine/errors.ts';
import { attempt } from './process.ts';

/** What an older git says to an option that it does not know. */
export function isOld(said: string): boolean {
  return /^usage: git (cat-file|merge-tree)/m.test(said);
}

/** The refusal of a git that cannot merge without a work tree. */
export async function refusalOfOld(folder: string): Promise<Refusal> {
  const version = String((await attempt(folder, ['--version'])).stdout).trim();
  return new Refusal(`${version} is too old to merge in memory. Install git 2.38 or newer.`);
}
