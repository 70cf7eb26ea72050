import { Refusal } from '../engine/errors.ts';
import { queryGit } from './query.ts';

/** Whether git printed its usage because it does not know an option of ours. */
export function isOld(stderr: string): boolean {
  return /^usage: git (cat-file|merge-tree)/m.test(stderr);
}

/** The refusal of a git that cannot merge without a work tree. */
export async function refusalOfOld(folder: string): Promise<Refusal> {
  const { answer } = await queryGit(folder, (git) => git.version());
  return new Refusal(`git ${answer} is too old to merge in memory. Install git 2.38 or newer.`);
}
