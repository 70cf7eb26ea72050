import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { campaign, report } from './oracle/campaign.ts';
import type { Edit } from './oracle/edits.ts';
import { mergeByHand } from './oracle/fake-upgrade.ts';
import { proposeEdits } from './oracle/propose.ts';
import { randomFrom } from './oracle/random.ts';
import { shrink } from './oracle/shrink.ts';
import { nodeModules } from './oracle/third-party.ts';
import { filesOf } from './oracle/tree.ts';
import { type Fixture, tryEdits } from './oracle/trial.ts';

describe('trials', () => {
  const OWN: string[] = [];
  const CODE = nodeModules();
  const LARGE = Object.fromEntries(
    Array.from({ length: 12 }, (_, file) => [
      `src/file_${file}.py`,
      Array.from({ length: 40 }, (__, line) => `line ${line} of ${file}\n`).join(''),
    ]),
  );

  /** A repository of twelve files of which the template changes two. */
  function fixture(raise: Fixture['raise']): Fixture {
    const folder = temporaryFolder();
    const incoming: Record<string, string> = { ...LARGE, 'src/file_12.py': 'new\n' };
    for (const path of ['src/file_0.py', 'src/file_1.py']) {
      incoming[path] = (LARGE[path] ?? '').replace('line 20', 'line 19.5\nline 20');
    }
    writeFiles(folder, LARGE);
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'add', '-A');
    git(folder, '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'first');
    return {
      title: 'twelve files',
      folder,
      base: filesOf(LARGE),
      incoming: filesOf(incoming),
      own: OWN,
      raise,
    };
  }
  const honest = (): Fixture => {
    const made: Fixture = fixture(async (folder) => ({
      code: mergeByHand(folder, made.base, made.incoming),
      stderr: '',
    }));
    return made;
  };
  /** Merges well, then drops the last line of every file that now is longer than it was. */
  const lossy = (): Fixture => {
    const made: Fixture = fixture(async (folder) => {
      const code = mergeByHand(folder, made.base, made.incoming);
      for (const path of Object.keys(LARGE)) {
        const file = join(folder, path);
        const text = execFileSync('sh', ['-c', `cat "${file}" 2>/dev/null || true`]).toString(
          'latin1',
        );
        if (text.split('\n').length > 60) {
          writeFileSync(
            file,
            Buffer.from(text.split('\n').slice(0, -2).join('\n').concat('\n'), 'latin1'),
          );
        }
      }
      if (code === 0)
        git(
          folder,
          '-c',
          'user.name=A',
          '-c',
          'user.email=a@b.c',
          'commit',
          '--allow-empty',
          '-qam',
          'x',
        );
      return { code, stderr: '' };
    });
    return made;
  };

  test('of an honest engine find nothing, and of the same seed are the same', async () => {
    const tally = await campaign([honest()], CODE, { seed: 1, edits: 40 });
    expect(tally.failures.map(report)).toEqual([]);
    expect(tally.edits).toBeGreaterThanOrEqual(40);
    const propose = () => {
      const material = { code: CODE, incoming: honest().incoming };
      return proposeEdits(randomFrom(7), 20, filesOf(LARGE), material, OWN).edits;
    };
    expect(propose()).toEqual(propose());
  });

  test('find the loss of an engine that loses a line, with its seed and the one edit that shows it', async () => {
    const made = lossy();
    const tally = await campaign([made], CODE, { seed: 1, edits: 2000, stopAfter: 1 });
    const [failure] = tally.failures;
    if (!failure) throw new Error('the planted loss was not found');
    expect(failure.edits).toHaveLength(1);
    expect(report(failure)).toMatch(/^twelve files, seed \d+:\n {2}"src\/\S+": \S/);
    const material = { code: CODE, incoming: made.incoming };
    expect((await tryEdits(made, failure.edits, material)).wrong).not.toEqual([]);
    const kept = honest();
    expect(
      (await tryEdits(kept, failure.edits, { ...material, incoming: kept.incoming })).wrong,
    ).toEqual([]);
  }, 120_000);

  test('make every kind of edit', () => {
    const material = { code: CODE, incoming: honest().incoming };
    const base = filesOf({ ...LARGE, 'b/x.bin': '\0\x01\x02' });
    const { edits } = proposeEdits(randomFrom(3), 400, base, material, OWN);
    const kinds: Edit['kind'][] = ['insert', 'delete', 'change', 'shift', 'write', 'rename'];
    kinds.push('renameFolder', 'remove', 'chmod', 'crlf', 'binary', 'sameAsTemplate');
    kinds.push('writeBytes', 'link');
    expect(new Set(edits.map((edit) => edit.kind))).toEqual(new Set(kinds));
  });

  test('shrink a list to the items that fail together', async () => {
    const items = Array.from({ length: 37 }, (_, index) => index);
    const fails = async (fewer: readonly number[]) => fewer.includes(3) && fewer.includes(31);
    expect(await shrink(items, fails)).toEqual([3, 31]);
  });
});
