import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { edit, expectNothingLost } from '../support/edited-repository.ts';
import { expectSound, run } from '../support/repository.ts';
import { snapshotAll, snapshotFiles } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V2 = packageWith(SECOND, '0.2.0');

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a full disk', () => {
  test.each([0, 4, 16, 48])(
    'with %i KB left ends in a refusal or in the whole upgrade, and loses nothing',
    async (left) => {
      const disk = temporaryFolder();
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        console.log('full disk: skipped, a small disk can only be mounted as root');
        return;
      }
      try {
        const folder = join(disk, 'churn');
        cpSync(await edit(false), folder, { recursive: true, verbatimSymlinks: true });
        git(folder, 'update-index', '-q', '--refresh');
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(
          join(disk, 'filler'),
          Buffer.alloc(Math.max(0, bavail * bsize - left * 1024)),
        );
        const before = { files: snapshotFiles(folder), head: git(folder, 'rev-parse', 'HEAD') };
        const ended = await run(V2, folder, ['phase', '2'], { TMPDIR: disk });
        expect([0, 2], ended.stderr).toContain(ended.code);
        if (ended.code === 2) {
          expect(snapshotFiles(folder)).toEqual(before.files);
          expect(git(folder, 'rev-parse', 'HEAD')).toBe(before.head);
        }
        rmSync(join(disk, 'filler'));
        expectNothingLost(folder, before, `with ${left} KB left`);
        expect((await run(V2, folder, ['phase', '2'], { TMPDIR: disk })).code).toBe(0);
        git(folder, 'fsck', '--strict', '--no-dangling');
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  test('in the folder for temporary files alone is a refusal', async () => {
    const disk = temporaryFolder();
    mkdirSync(disk, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      return;
    }
    try {
      const folder = await edit(false);
      const before = snapshotAll(folder);
      const ended = await run(V2, folder, ['phase', '2'], { TMPDIR: disk });
      expect([0, 2], ended.stderr).toContain(ended.code);
      if (ended.code === 2) expect(snapshotAll(folder)).toEqual(before);
      else expectSound(folder);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
