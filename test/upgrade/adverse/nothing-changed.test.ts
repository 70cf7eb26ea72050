import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment, type Ended } from '../../support/bin.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { giveAway } from '../../support/yo.ts';
import { edit } from '../support/edited-repository.ts';
import { expectRefused, expectSound, read, repositoryOf, run } from '../support/repository.ts';
import { snapshotAll } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V2 = packageWith(SECOND, '0.2.0');
/** A new version with more to write than a nearly full disk has space for. */
const BIG = packageWith({ ...SECOND, 'skeleton/files/data.bin': randomBytes(400_000) }, '0.2.0');
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const ORDINARY = 1000;

/** Opens the folders above a path, which other users have to pass. */
function openParents(path: string): void {
  for (let folder = path; folder.includes('nimble-ml-test'); folder = dirname(folder))
    chmodSync(folder, 0o755);
}

/** Runs an upgrade as a user who is not root. */
async function runAsUser(pkg: string, folder: string): Promise<Ended> {
  const home = temporaryFolder();
  writeFiles(home, { '.gitconfig': '[user]\n\tname = A\n\temail = a@b.c\n' });
  giveAway(home);
  openParents(dirname(folder));
  openParents(pkg);
  const args = [binOf(pkg), 'phase', '2', '--yes', '--skip-install'];
  const env = { ...cleanEnvironment(), HOME: home, XDG_CONFIG_HOME: home, TMPDIR: home };
  const ended = await execa(process.execPath, args, {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    uid: ORDINARY,
    gid: ORDINARY,
  });
  return { code: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
}

describe.runIf(isRoot)(
  'a folder in which the user may not write is named, and nothing is changed:',
  () => {
    const closed = [
      ['one that gets a file', 'src/churn'],
      ['one with a merged file', 'notes'],
      ['one from which a file is removed', 'docs'],
      ['the top', '.'],
      ["git's objects", '.git/objects'],
      ["git's branches", '.git/refs/heads'],
      ["git's log of the branch", '.git/logs/refs/heads/main'],
      ["git's folder", '.git'],
    ] as const;
    test.each(
      closed.flatMap(([what, path]) => [false, true].map((conflict) => ({ what, path, conflict }))),
    )('$what (a conflict: $conflict)', async ({ path, conflict }) => {
      const folder = await edit(conflict);
      giveAway(folder);
      // Its folders too: whether an object gets a new one depends on its id.
      const how = path === '.git/objects' ? ['-R', 'a-w'] : ['a-w'];
      execFileSync('chmod', [...how, join(folder, path)]);
      const before = snapshotAll(folder);
      const ended = await runAsUser(V2, folder);
      if (conflict && ended.code === 1) {
        git(folder, 'merge', '--abort'); // a conflict moves no branch and writes no log
        return expect(path).toMatch(/refs|logs|objects/);
      }
      expect(ended.code, ended.stderr).toBe(2);
      expect(ended.stderr).not.toMatch(/^ +at /m);
      if (!path.startsWith('.')) expect(ended.stderr).toContain(`"${path}"`);
      expect(snapshotAll(folder), ended.stderr).toEqual(before);
    });
  },
);

test.runIf(isRoot).each([false, true])(
  'a file that may not be replaced stops an upgrade half-way, and it is taken back (a conflict: %s)',
  async (conflict) => {
    const folder = await edit(conflict);
    const locked = join(folder, conflict ? 'notes/plan.md' : 'src/churn/train.py');
    try {
      execFileSync('chattr', ['+i', locked], { stdio: 'ignore' });
    } catch {
      console.log('a locked file: skipped, this disk cannot lock files (chattr +i)');
      return;
    }
    try {
      const { stderr } = await expectRefused(
        folder,
        () => run(V2, folder, ['phase', '2']),
        /EPERM/,
      );
      expect(stderr).not.toContain('could not be undone');
    } finally {
      execFileSync('chattr', ['-i', locked]);
    }
    expect((await run(V2, folder, ['phase', '2'])).code).toBe(conflict ? 1 : 0);
  },
);

describe('a required filter that fails on an added file, and nothing is changed', () => {
  test.each([false, true])('(a conflict: %s)', async (conflict) => {
    const folder = await edit(conflict);
    git(folder, 'config', 'filter.gone.smudge', 'no-such-program');
    git(folder, 'config', 'filter.gone.required', 'true');
    writeFiles(folder, { '.git/info/attributes': 'gate.txt filter=gone\n' });
    await expectRefused(folder, () => run(V2, folder, ['phase', '2']), /gate\.txt.*gone/);
  });

  test('a filter that is named by its place in the repository works', async () => {
    const folder = await edit(false);
    writeFiles(folder, {
      '.git/upper': '#!/bin/sh\ntr a-z A-Z\n',
      '.git/lower': '#!/bin/sh\ntr A-Z a-z\n',
    });
    for (const name of ['upper', 'lower']) chmodSync(join(folder, '.git', name), 0o755);
    git(folder, 'config', 'filter.case.smudge', './.git/upper');
    git(folder, 'config', 'filter.case.clean', './.git/lower');
    writeFiles(folder, { '.git/info/attributes': 'gate.txt filter=case\n' });
    const ended = await run(V2, folder, ['phase', '2']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(read(folder, 'gate.txt')).toBe('KEPT BY THE TEAM\n');
    rmSync(join(folder, 'scratch.txt'));
    expectSound(folder);
  });
});

describe.runIf(isRoot)(
  'a disk with a part of the space that is needed, and nothing is changed',
  () => {
    const parts = [0.1, 0.3, 0.6, 0.9].flatMap((part) =>
      [false, true].map((conflict) => ({ part, conflict })),
    );
    test.each(parts)('$part (a conflict: $conflict)', async ({ part, conflict }) => {
      const disk = temporaryFolder();
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        console.log('a part of the space: skipped, a small disk can only be mounted as root');
        return;
      }
      try {
        const folder = join(disk, 'churn');
        cpSync(await edit(conflict), folder, { recursive: true, verbatimSymlinks: true });
        git(folder, 'update-index', '-q', '--refresh');
        const { bavail, bsize } = statfsSync(disk);
        const needed = 2 * 400_000; // the object, and the file
        const filler = Math.max(0, bavail * bsize - part * needed);
        writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.floor(filler)));
        await expectRefused(
          folder,
          () => run(BIG, folder, ['phase', '2']),
          /space|ENOSPC|unable to write/i,
        );
        rmSync(join(disk, 'filler'));
        const again = await run(BIG, folder, ['phase', '2']);
        expect(again.code, again.stderr).toBe(conflict ? 1 : 0);
      } finally {
        execFileSync('umount', [disk]);
      }
    });
  },
);

test('what --backup moved aside is put back when the upgrade is refused', async () => {
  const folder = await repositoryOf(packageWith());
  writeFiles(folder, { 'gate.txt': 'mine' });
  mkdirSync(join(folder, 'notes/gate.md'));
  git(folder, 'config', 'filter.gone.smudge', 'no-such-program');
  git(folder, 'config', 'filter.gone.required', 'true');
  const tools = temporaryFolder();
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFiles(tools, {
    git: `#!/bin/sh\ncase " $* " in *" update-ref "*) echo "fatal: no" >&2; exit 128;; esac\nexec ${real} "$@"\n`,
  });
  chmodSync(join(tools, 'git'), 0o755);
  const env = { PATH: `${tools}:${process.env.PATH}` };
  await expectRefused(folder, () => run(V2, folder, ['phase', '2', '--backup'], env), /no/);
});
