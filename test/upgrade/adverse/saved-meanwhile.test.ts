import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { edit } from '../support/edited-repository.ts';
import { asGrace, commit, read, repositoryOf, run } from '../support/repository.ts';
import { snapshotFiles, snapshotGit } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const isPosix = process.platform !== 'win32';
const REAL = isPosix
  ? execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  : 'git';
/** Every call of git in the nightly run, some of them otherwise. */
const EVERY = process.env.NIMBLE_ML_NIGHTLY === undefined ? 15 : 1;

/** What an editor, or another program, does in the repository; the text that is then there. */
const SAVES = {
  'a merged file is written in place': ['notes/plan.md', 'printf saved >> notes/plan.md'],
  'a merged file is written in place with the same size': [
    'notes/plan.md',
    'printf saved | dd of=notes/plan.md bs=1 conv=notrunc 2>/dev/null',
  ],
  'a changed file is replaced by another': [
    'src/churn/train.py',
    'cp src/churn/train.py t.swp && printf saved >> t.swp && mv t.swp src/churn/train.py',
  ],
  'a file that the templates remove is written': ['docs/old.md', 'printf saved >> docs/old.md'],
  'a file appears where the templates add one': ['gate.txt', 'printf saved > gate.txt'],
  'an ignored file appears where the templates add one': [
    'notes/gate.md',
    'printf saved > notes/gate.md',
  ],
  'a file appears where the templates add a folder': [
    'src/churn/factory',
    '[ -d src/churn/factory ] || printf saved > src/churn/factory',
  ],
} as const;

/** A git that at its n-th call does something first in the folder, or last. */
function gitSavingAt(folder: string, at: number, when: 'before' | 'after', script: string) {
  const tools = temporaryFolder();
  const save = `(cd "${folder}" && ${script}; touch "${tools}/saved")`;
  const lines = [
    '#!/bin/sh',
    'n=1',
    `while ! mkdir "${tools}/call-$n" 2>/dev/null; do n=$((n+1)); done`,
    `[ "$n" = ${at} ] || exec ${REAL} "$@"`,
    ...(when === 'before'
      ? [save, `exec ${REAL} "$@"`]
      : [`${REAL} "$@"; code=$?`, save, 'exit $code']),
  ];
  writeFiles(tools, { git: `${lines.join('\n')}\n` });
  chmodSync(join(tools, 'git'), 0o755);
  return { PATH: `${tools}:${process.env.PATH}`, tools };
}

describe.runIf(isPosix)(
  'what is saved while an upgrade runs is not lost, at any call of git:',
  () => {
    const cases = Object.entries(SAVES).flatMap(([what, [path, script]], index) =>
      [false, true].map((conflict) => ({ what, path, script, conflict, index })),
    );
    test.each(cases)(
      '$what (a conflict: $conflict)',
      async ({ path, script, conflict, index }) => {
        const ready = await edit(conflict);
        writeFiles(ready, { '.git/info/exclude': 'notes/gate.md\n' });
        const codes = new Set<number | undefined>();
        for (let at = 1 + (index % EVERY); at < 100; at += EVERY) {
          const when = at % 2 === 0 ? 'before' : 'after';
          const folder = join(temporaryFolder(), 'churn');
          cpSync(ready, folder, { recursive: true, verbatimSymlinks: true });
          git(folder, 'update-index', '-q', '--refresh');
          const before = { files: snapshotFiles(folder), git: snapshotGit(folder) };
          const { PATH, tools } = gitSavingAt(folder, at, when, script);
          const ended = await run(V2, folder, ['phase', '2'], { PATH });
          const place = `${when} call ${at}, which ended with ${ended.code}: ${ended.stderr}`;
          if (!existsSync(join(tools, 'saved'))) break;
          codes.add(ended.code);
          expect([0, 1, 2], place).toContain(ended.code);
          if (path !== 'src/churn/factory' || ended.code === 2)
            expect(read(folder, path), place).toContain('saved');
          if (ended.code === 2) {
            const after = snapshotFiles(folder);
            delete after[path];
            delete before.files[path];
            expect(after, place).toEqual(before.files);
            expect(snapshotGit(folder), place).toEqual(before.git);
          }
          rmSync(folder, { recursive: true });
        }
        expect(codes.size).toBeGreaterThan(0);
      },
      240_000,
    );
  },
);

describe.runIf(isPosix)('another git command while an upgrade runs', () => {
  const runWith = (folder: string, call: string, script: string) => {
    const tools = temporaryFolder();
    const lines = [
      '#!/bin/sh',
      `case " $* " in *" ${call} "*) (cd "${folder}" && unset GIT_INDEX_FILE && ${script});; esac`,
    ];
    writeFiles(tools, { git: [...lines, `exec ${REAL} "$@"`, ''].join('\n') });
    chmodSync(join(tools, 'git'), 0o755);
    return run(V2, folder, ['phase', '2'], { PATH: `${tools}:${process.env.PATH}` });
  };

  test('that only refreshes the index does no harm', async () => {
    const folder = await edit(false);
    const ended = await runWith(folder, 'update-index -q', `touch mine.txt; ${REAL} status`);
    expect(ended.code, ended.stderr).toBe(0);
    expect(git(folder, 'status', '--porcelain')).toBe('?? scratch.txt');
  });

  test.each(['checkout-index', 'update-index -q'])(
    'that stages a file (at %s) keeps it staged, and nothing else is changed',
    async (call) => {
      const folder = await edit(false);
      const before = snapshotFiles(folder);
      const ended = await runWith(folder, call, `${REAL} add scratch.txt`);
      expect(ended.code, ended.stderr).toBe(2);
      expect(git(folder, 'status', '--porcelain')).toBe('A  scratch.txt');
      expect(snapshotFiles(folder)).toEqual(before);
      expect(existsSync(join(folder, '.git/MERGE_HEAD'))).toBe(false);
    },
  );

  test.each([false, true])('that commits wins (a conflict: %s)', async (conflict) => {
    const folder = await edit(conflict);
    const script = `${REAL} -c user.name=A -c user.email=a@b.c commit -q --allow-empty -m other`;
    const ended = await runWith(folder, 'checkout-index', script);
    expect(ended.code, ended.stderr).toBe(2);
    expect(git(folder, 'log', '-1', '--format=%s')).toBe('other');
    expect(git(folder, 'status', '--porcelain')).toBe('?? scratch.txt');
    const again = await run(V2, folder, ['phase', '2']);
    expect(again.code, again.stderr).toBe(conflict ? 1 : 0);
  });
});

test('a finished upgrade leaves an index that knows its files by their times', async () => {
  const folder = await edit(false);
  const ended = await run(V2, folder, ['phase', '2']);
  expect(ended.code, ended.stderr).toBe(0);
  expect(git(folder, 'diff-files')).toBe('');
});

test('a message that is prepared for the next commit comes back after a refusal', async () => {
  const folder = await repositoryOf(V1);
  commit(folder, { 'mine.txt': 'mine\n' });
  writeFiles(folder, { '.git/MERGE_MSG': 'Squashed\n' });
  const { PATH } = gitSavingAt(folder, 1, 'before', 'true');
  writeFiles(PATH.split(':')[0] ?? '', {
    git: `#!/bin/sh\ncase " $* " in *" update-ref "*) exit 1;; esac\nexec ${REAL} "$@"\n`,
  });
  const ended = await run(V2, folder, ['phase', '2'], { PATH });
  expect(ended.code, ended.stderr).toBe(2);
  expect(readFileSync(join(folder, '.git/MERGE_MSG'), 'utf8')).toBe('Squashed\n');
  asGrace(folder, 'commit', '--quiet', '--allow-empty', '-m', 'x');
});
