import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ended, runBin } from '../../support/bin.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { makeFolderOnceAsync } from '../../support/make-once.ts';
import { snapshotAll, unfinished, withoutTraces } from './snapshot.ts';

/** The user who edits. */
const GRACE = ['-c', 'user.name=Grace Hopper', '-c', 'user.email=grace@example.com'];

const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** A new repository of a package: written once for the test run, and copied for each test. */
export async function repositoryOf(pkg: string, args: readonly string[] = []): Promise<string> {
  const made = await makeFolderOnceAsync([pkg, args], async (cwd) => {
    const ended = await runBin(pkg, ['new', 'churn', '--yes', '--skip-install', ...args], { cwd });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
  });
  const folder = join(temporaryFolder(), 'churn');
  cpSync(join(made, 'churn'), folder, { recursive: true, verbatimSymlinks: true });
  git(folder, 'update-index', '-q', '--refresh');
  return folder;
}

/** Writes, deletes (null) and commits, as a user would. */
export function commit(
  folder: string,
  files: Readonly<Record<string, string | Buffer | null>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    if (content === null) rmSync(join(folder, path), { recursive: true });
    else writeFiles(folder, { [path]: content });
  }
  git(folder, 'add', '-A');
  git(
    folder,
    ...GRACE,
    'commit',
    '--quiet',
    '--allow-empty',
    '--no-verify',
    '-m',
    'What a user did',
  );
}

/** git with the user's name. */
export const asGrace = (folder: string, ...args: readonly string[]) =>
  git(folder, ...GRACE, ...args);

/** Runs a command of the generator inside a repository. */
export function run(
  pkg: string,
  folder: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Ended> {
  const asks = args[0] !== 'status';
  return runBin(pkg, [...args, ...(asks ? ['--yes', '--skip-install'] : [])], { cwd: folder, env });
}

/** The text of a file. */
export const read = (folder: string, path: string) => readFileSync(join(folder, path), 'latin1');

export const has = (folder: string, path: string) => existsSync(join(folder, path));

/** Changes a text inside a file, and fails when it is not there. */
export function edited(
  folder: string,
  path: string,
  from: string,
  to: string,
): Record<string, string> {
  const text = readFileSync(join(folder, path), 'utf8');
  if (!text.includes(from)) throw new Error(`"${path}" does not hold "${from}"`);
  return { [path]: text.replace(from, to) };
}

/** What must hold after exit 0: one commit on top, everything clean and sound, nothing left over, settings as they were. */
export async function expectFinished(folder: string, work: () => Promise<Ended>): Promise<Ended> {
  const before = withoutTraces(snapshotAll(folder));
  const head = git(folder, 'rev-parse', 'HEAD');
  const ended = await work();
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(git(folder, 'rev-list', '--count', '--first-parent', `${head}..HEAD`)).toBe('1');
  expectSound(folder);
  const after = withoutTraces(snapshotAll(folder));
  expect(leftIn(after)).toEqual(leftIn(before));
  return ended;
}

/** Nothing is dirty, broken or unfinished; looked at without the user's hooks. */
export function expectSound(folder: string): void {
  expect(git(folder, ...NO_HOOKS, 'status', '--porcelain')).toBe('');
  expect(unfinished(folder)).toEqual([]);
  git(folder, ...NO_HOOKS, 'fsck', '--strict', '--no-dangling');
}

/** What git's folder holds besides the branch that moved: refs, stashes, work trees, configuration, locks. */
function leftIn(taken: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(taken).filter(
      ([path]) =>
        / \.git\//.test(path) &&
        !/ \.git\/(refs\/heads\/(main|work)|HEAD|COMMIT_EDITMSG|packed-refs|sharedindex\..*|gc\..*)$/.test(
          path,
        ),
    ),
  );
}

/** What must hold after exit 2: a reason in one line, and not one byte changed. */
export async function expectRefused(
  folder: string,
  work: () => Promise<Ended>,
  reason: string | RegExp,
  snapshot: (folder: string) => object = snapshotAll,
): Promise<Ended> {
  const before = snapshot(folder);
  const ended = await work();
  expect(ended, ended.stderr).toMatchObject({ code: 2, stdout: '' });
  const said = ended.stderr.replace(/^.* …\n/gm, ''); // what is being done, on a busy machine
  expect(said).toMatch(reason);
  expect(said).toMatch(/^[^\n]+\n$/);
  expect(snapshot(folder)).toEqual(before);
  return ended;
}

/** What must hold after exit 1: an ordinary merge in these paths, and `git merge --abort` brings back every byte. */
export async function expectConflict(
  folder: string,
  work: () => Promise<Ended>,
  paths: readonly string[],
  look: () => void = () => {},
): Promise<Ended> {
  const before = withoutTraces(snapshotAll(folder));
  const ended = await work();
  expect(ended, ended.stderr).toMatchObject({ code: 1 });
  expect(conflictsIn(folder)).toEqual([...paths].sort());
  expect(has(folder, '.git') && git(folder, 'rev-parse', 'MERGE_HEAD')).toMatch(/^\w{40}/);
  look();
  git(folder, ...NO_HOOKS, 'merge', '--abort');
  expect(withoutTraces(snapshotAll(folder))).toEqual(before);
  return ended;
}

/** The unmerged paths. */
export const conflictsIn = (folder: string) =>
  [
    ...new Set(
      git(folder, 'ls-files', '-u', '-z')
        .split('\0')
        .filter(Boolean)
        .map((line) => line.replace(/^.*\t/s, '')),
    ),
  ].sort();
