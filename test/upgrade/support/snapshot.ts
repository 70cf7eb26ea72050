import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Path → what lies there. Paths are bytes, read as latin1. */
export type Snapshot = Record<string, string>;

/** Every byte below a folder, tracked, untracked or ignored: kind, rights and content; empty folders too. */
export function snapshotFiles(folder: string): Snapshot {
  return snapshotBelow(folder, (path) => path === '.git' || path.endsWith('/.git'));
}

/** The files, and all that git knows of them but its objects: index, refs, logs, configuration, work trees, locks. */
export function snapshotAll(folder: string): Snapshot {
  return { ...snapshotFiles(folder), ...snapshotGit(folder) };
}

/** HEAD, refs, index, configuration, stashes and whatever else lies in git's folder, objects left out. */
export function snapshotGit(folder: string): Snapshot {
  const { own, common } = foldersOf(folder);
  const taken: Snapshot = {};
  for (const [name, place] of Object.entries({ common, own })) {
    const files = snapshotBelow(place, (path) =>
      /^(objects|index|modules|worktrees\/[^/]+\/(index|ORIG_HEAD|logs))$/.test(path),
    );
    for (const [path, what] of Object.entries(files)) taken[`${name} .git/${path}`] = what;
  }
  // Tag (of what is hidden too), mode, id and stage of each path.
  taken['the index'] = ask(folder, 'ls-files', '--stage', '-v', '-z');
  return taken;
}

/** git's folder for this work tree, and the one that all work trees share. */
function foldersOf(folder: string): { own: string; common: string } {
  const args = ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir'];
  const [own = '', common = ''] = ask(folder, ...args).split('\n');
  return { own, common };
}

/** The files of git's folder that an aborted or finished merge may leave changed. */
export const MERGE_LEFT =
  /^(own|common) \.git\/(ORIG_HEAD|AUTO_MERGE|logs(\/.*)?|MERGE_RR|rr-cache.*)$/;

/** A snapshot without what only records that something happened. */
export function withoutTraces(taken: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(taken).filter(([path]) => !MERGE_LEFT.test(path)));
}

function snapshotBelow(folder: string, leaveOut: (path: string) => boolean): Snapshot {
  const taken: Snapshot = {};
  const visit = (below: string) => {
    const here = Buffer.from(`${folder}/${below}`, 'latin1');
    if (!existsSync(here)) return;
    for (const entry of readdirSync(here, { encoding: 'buffer', withFileTypes: true })) {
      const path = `${below}${Buffer.from(entry.name as unknown as Buffer).toString('latin1')}`;
      if (leaveOut(path)) continue;
      const place = Buffer.from(`${folder}/${path}`, 'latin1');
      const { mode } = lstatSync(place);
      const rights = (mode & 0o7777).toString(8);
      if (entry.isDirectory()) {
        taken[`${path}/`] = rights;
        visit(`${path}/`);
      } else if (entry.isSymbolicLink()) {
        taken[path] = `link to ${readlinkSync(place, 'buffer').toString('latin1')}`;
      } else if (entry.isFile()) {
        taken[path] = `${rights} ${createHash('sha256').update(readFileSync(place)).digest('hex')}`;
      } else {
        taken[path] = 'neither file nor folder';
      }
    }
  };
  visit('');
  return taken;
}

function ask(folder: string, ...args: string[]): string {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
  return execFileSync('git', ['--no-optional-locks', '-c', 'safe.directory=*', ...args], {
    cwd: folder,
    encoding: 'latin1',
    env: { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });
}

/** What lies in git's own folder that says something is going on. */
export function unfinished(folder: string): string[] {
  const { own } = foldersOf(folder);
  return readdirSync(own).filter(
    (name) =>
      name.endsWith('.lock') ||
      /^(MERGE_|CHERRY_|REVERT_|REBASE_|rebase-)/.test(name) ||
      name.includes('nimble'),
  );
}

export const isThere = (folder: string, path: string) => existsSync(join(folder, path));
