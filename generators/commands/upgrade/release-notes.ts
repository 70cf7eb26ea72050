import gt from 'semver/functions/gt.js';
import rcompare from 'semver/functions/rcompare.js';
import type { Block } from '../../engine/block.ts';

/** What a version of the generator changed for a repository that has a block. */
export interface ReleaseNote {
  version: string;
  block: string;
  text: string;
}

/** What changed in the templates of these blocks after one version and up to another, oldest first. */
export function findReleaseNotes(
  blocks: readonly Block[],
  since: string,
  until: string,
): ReleaseNote[] {
  return blocks
    .flatMap(({ id, changes = {} }) =>
      Object.entries(changes).map(([version, text]) => ({ version, block: id, text })),
    )
    .filter(({ version }) => gt(version, since) && !gt(version, until))
    .sort((a, b) => rcompare(b.version, a.version) || (a.block < b.block ? -1 : 1));
}
