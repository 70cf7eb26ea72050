import { expect, test } from 'vitest';
import { findReleaseNotes } from '../../../generators/commands/upgrade/release-notes.ts';
import { block } from '../../support/blocks.ts';

const BLOCKS = [
  block('tracker', { changes: { '0.9.9': 'nine', '0.10.0': 'ten', '0.11.0': 'eleven' } }),
  block('gate', { changes: { '0.10.0': 'ten, too', '1.0.0': 'one' } }),
  block('plain'),
];

const found = (since: string, until: string) =>
  findReleaseNotes(BLOCKS, since, until).map(({ version, block: id }) => `${version} ${id}`);

test('release notes are those after one version and up to another, oldest first', () => {
  expect(found('0.9.9', '0.11.0')).toEqual(['0.10.0 gate', '0.10.0 tracker', '0.11.0 tracker']);
  expect(found('0.9.8', '0.9.9')).toEqual(['0.9.9 tracker']);
  expect(found('1.0.0', '1.0.0')).toEqual([]);
});

test('a release follows its own prereleases', () => {
  expect(found('1.0.0-rc.1', '1.0.0')).toEqual(['1.0.0 gate']);
  expect(found('0.11.0', '1.0.0-rc.1')).toEqual([]);
});
