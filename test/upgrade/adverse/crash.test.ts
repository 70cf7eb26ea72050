import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment } from '../../support/bin.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { edit, expectNothingLost } from '../support/edited-repository.ts';
import { asGrace, conflictsIn, expectSound, has, run } from '../support/repository.ts';
import { snapshotAll, snapshotFiles, withoutTraces } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V2 = packageWith(SECOND, '0.2.0');
const isPosix = process.platform !== 'win32';
/** Every step in the nightly run, a few of them otherwise. */
const NIGHTLY = process.env.NIMBLE_ML_NIGHTLY !== undefined;
const EVERY = NIGHTLY ? 1 : 7;

/** A killed process cannot remove its temporary files: they are made in a folder of the test. */
const killableEnvironment = () => ({ ...cleanEnvironment(), TMPDIR: temporaryFolder() });

const REAL = isPosix
  ? execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  : 'git';

/** A PATH on which git is this shell script. */
function gitThat(folder: string, ...script: readonly string[]): string {
  writeFiles(folder, { 'tools/git': ['#!/bin/sh', ...script, ''].join('\n') });
  chmodSync(join(folder, 'tools/git'), 0o755);
  return `${join(folder, 'tools')}:${process.env.PATH}`;
}

/** A git that, at its n-th call, first ends the whole group of processes it was called from. */
function deadlyGit(folder: string, at: number, when: 'before' | 'after', signal: string): string {
  return gitThat(
    folder,
    'n=1',
    `while ! mkdir "${folder}/call-$n" 2>/dev/null; do n=$((n+1)); done`,
    `if [ "$n" = ${at} ]; then`,
    ...(when === 'after' ? [`  ${REAL} "$@"`] : []),
    `  touch "${folder}/killed"; kill -s ${signal} -- -$PPID; sleep 5`,
    'fi',
    `exec ${REAL} "$@"`,
  );
}

/** The call at which each is reached. Files are written between the second and the third. */
const CALLS = {
  moved: 'update-ref -m',
  unmoved: 'update-ref -m',
  staged: 'checkout-index -z',
  all: 'update-index -q --refresh',
  half: 'update-index -q --refresh',
};

/** A git that ends so when the files are made, but not in place; or all in place; or some whole, one by half and one not at all; or the branch is moved, or is to be. */
function gitWriting(folder: string, done: keyof typeof CALLS, end: string): string {
  const call = CALLS[done];
  const half = `printf Poi > notes/plan.md; rm gate.txt; ${REAL} show HEAD:docs/old.md > docs/old.md`;
  return gitThat(
    folder,
    `case " $* " in *" ${call} "*)`,
    ...(done === 'unmoved' ? [] : [`  ${REAL} "$@";`]),
    `  ${done === 'half' ? half : ':'}; touch "${folder}/reached"; ${end};;`,
    'esac',
    `exec ${REAL} "$@"`,
  );
}

/** Raises a repository and ends that at a call of git; whether it came so far. */
async function killAt(folder: string, at: number, when: 'before' | 'after', signal = 'KILL') {
  const tools = temporaryFolder();
  const child = spawn(process.execPath, [binOf(V2), 'phase', '2', '--yes', '--skip-install'], {
    cwd: folder,
    env: { ...killableEnvironment(), PATH: deadlyGit(tools, at, when, signal) },
    stdio: 'ignore',
    detached: true,
  });
  const [code, ended] = (await once(child, 'exit')) as [number | null, string | null];
  const killed = existsSync(join(tools, 'killed'));
  if (signal === 'KILL') expect(ended, `at call ${at}`).toBe(killed ? 'SIGKILL' : null);
  return { killed, code };
}

describe.runIf(isPosix)('killed with -9', () => {
  test.each([
    ['a clean upgrade', 'before', false],
    ['a clean upgrade', 'after', false],
    ['one with a conflict', 'before', true],
    ['one with a conflict', 'after', true],
  ] as const)(
    '%s, %s any call of git: nothing is lost, and the same command works',
    async (_what, when, conflict) => {
      const ready = await edit(conflict);
      let calls = 0;
      for (let at = when === 'before' ? 1 : 3; at < 200; at += EVERY) {
        const folder = join(temporaryFolder(), 'churn');
        cpSync(ready, folder, { recursive: true, verbatimSymlinks: true });
        git(folder, 'update-index', '-q', '--refresh');
        const before = { files: snapshotFiles(folder), head: git(folder, 'rev-parse', 'HEAD') };
        const { killed } = await killAt(folder, at, when);
        if (!killed) break;
        calls += 1;
        const place = `killed ${when} call ${at}`;
        expectNothingLost(folder, before, place);
        const again = await run(V2, folder, ['phase', '2']);
        expect(again.code, `${place}, then: ${again.stderr}`).toBe(conflict ? 1 : 0);
        if (conflict) expect(conflictsIn(folder)).toEqual(['notes/plan.md']);
        else expect(git(folder, 'status', '--porcelain')).toBe('?? scratch.txt');
        rmSync(folder, { recursive: true });
      }
      expect(calls).toBeGreaterThan(0);
    },
    240_000,
  );

  test.each([
    ['all', false],
    ['half', false],
    ['all', true],
    ['half', true],
    ['moved', false],
  ] as const)(
    'while files are written, or just after (%s; a conflict: %s)',
    async (done, conflict) => {
      const folder = await edit(conflict);
      const before = { files: snapshotFiles(folder), head: git(folder, 'rev-parse', 'HEAD') };
      const tools = temporaryFolder();
      const child = spawn(process.execPath, [binOf(V2), 'phase', '2', '--yes', '--skip-install'], {
        cwd: folder,
        env: {
          ...killableEnvironment(),
          PATH: gitWriting(tools, done, 'kill -s KILL -- -$PPID; sleep 5'),
        },
        stdio: 'ignore',
        detached: true,
      });
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      expect(has(tools, 'reached')).toBe(true);
      expect(snapshotFiles(folder)).not.toEqual(before.files);
      expectNothingLost(folder, before, `${done} written`);
      const again = await run(V2, folder, ['phase', '2']);
      expect(again.code, again.stderr).toBe(conflict ? 1 : 0);
    },
  );

  test.each([false, true])(
    'between the branch and the end of the merge, the next command ends it (second parent: %s)',
    async (second) => {
      const folder = await edit(false);
      if (!second) {
        git(folder, 'reset', '--quiet', '--soft', 'HEAD^');
        asGrace(folder, 'commit', '--quiet', '--amend', '--no-edit'); // no commit is the bare scaffold any more
      }
      const child = spawn(process.execPath, [binOf(V2), 'phase', '2', '--yes', '--skip-install'], {
        cwd: folder,
        env: {
          ...killableEnvironment(),
          PATH: gitWriting(temporaryFolder(), 'moved', 'kill -s KILL -- -$PPID; sleep 5'),
        },
        stdio: 'ignore',
        detached: true,
      });
      await once(child, 'exit');
      expect(has(folder, '.git/MERGE_HEAD')).toBe(true);
      expect(git(folder, 'rev-list', '--parents', '-1', 'HEAD').split(' ')).toHaveLength(
        second ? 3 : 2,
      );
      const head = git(folder, 'rev-parse', 'HEAD');
      const dry = await run(V2, folder, ['phase', '2', '--dry-run']);
      expect(dry).toMatchObject({ code: 2, stdout: '' });
      const again = await run(V2, folder, ['phase', '2']);
      expect(again.code, again.stderr).toBe(0);
      expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
      git(folder, 'clean', '-fdq');
      expectSound(folder);
    },
  );

  test.runIf(NIGHTLY)(
    'at any moment',
    async () => {
      const ready = await edit(false);
      for (let wait = 60; wait < 700; wait += 23 * EVERY) {
        const folder = join(temporaryFolder(), 'churn');
        cpSync(ready, folder, { recursive: true, verbatimSymlinks: true });
        git(folder, 'update-index', '-q', '--refresh');
        const before = { files: snapshotFiles(folder), head: git(folder, 'rev-parse', 'HEAD') };
        const child = spawn(
          process.execPath,
          [binOf(V2), 'phase', '2', '--yes', '--skip-install'],
          {
            cwd: folder,
            env: killableEnvironment(),
            stdio: 'ignore',
            detached: true,
          },
        );
        const ended = once(child, 'exit');
        await new Promise((done) => setTimeout(done, wait));
        try {
          process.kill(-(child.pid ?? 0), 'SIGKILL');
        } catch {
          // it was faster
        }
        await ended;
        expectNothingLost(folder, before, `killed after ${wait} ms`);
        const again = await run(V2, folder, ['phase', '2']);
        expect(again.code, again.stderr).toBe(0);
      }
    },
    120_000,
  );
});

test.runIf(isPosix)(
  'stopped by Ctrl-C it ends with 130 and nothing is changed',
  async () => {
    for (let at = 2; at < 12; at += EVERY) {
      const folder = await edit(false);
      const before = {
        all: withoutTraces(snapshotAll(folder)),
        head: git(folder, 'rev-parse', 'HEAD'),
      };
      const { killed, code } = await killAt(folder, at, 'before', 'INT');
      if (!killed) break;
      expect(code, `at call ${at}`).toBe(130);
      expect(withoutTraces(snapshotAll(folder)), `at call ${at}`).toEqual(before.all);
    }
  },
  60_000,
);

test.runIf(isPosix).each(['staged', 'unmoved'] as const)(
  'a git that fails when files are staged, or the branch not moved (%s): they are taken back, and that is a refusal',
  async (done) => {
    const folder = await edit(false);
    const before = snapshotAll(folder);
    const fail = 'echo "fatal: unable to write file" >&2; exit 128';
    const ended = await run(V2, folder, ['phase', '2'], {
      PATH: gitWriting(temporaryFolder(), done, fail),
    });
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr).toContain('unable to write file. Nothing was changed.');
    expect(snapshotAll(folder)).toEqual(before);
  },
);
