// The smallest engine that merges with an exact base: what the oracle is tested with, so that it needs no engine of ours.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from './tree.ts';

/** Merges base → next into the repository's work tree; the exit code of an upgrade. */
export function mergeByHand(folder: string, base: Files, incoming: Files): 0 | 1 {
  const git = (args: readonly string[], env: Record<string, string> = {}) =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...IDENTITY, ...env },
    }).trim();
  const [from, to] = [base, incoming].map((files) =>
    git(['commit-tree', '-m', 'x', writeTree(folder, files, git)]),
  ) as [string, string];
  const current = git(['rev-parse', 'HEAD']);
  const names = {
    [`GITHEAD_${current}`]: 'nimble-ml/yours',
    [`GITHEAD_${to}`]: 'nimble-ml/phase-2',
  };
  try {
    git(['merge-recursive', from, '--', current, to], names);
  } catch {
    writeFileSync(join(folder, '.git/MERGE_HEAD'), `${to}\n`);
    writeFileSync(join(folder, '.git/MERGE_MSG'), 'Raise\n');
    return 1;
  }
  git(['commit', '--quiet', '--allow-empty', '-m', 'Raise']);
  return 0;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

function writeTree(
  folder: string,
  files: Files,
  git: (args: readonly string[], env: Record<string, string>) => string,
): string {
  const workspace = mkdtempSync(join(tmpdir(), 'nimble-ml-fake-'));
  const env = { GIT_INDEX_FILE: join(workspace, 'index') };
  const blobs = [...files].map(([path, { mode, bytes }]) => {
    const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: folder, input: bytes });
    return `${mode} ${String(id).trim()}\t${path}\0`;
  });
  execFileSync('git', ['update-index', '-z', '--index-info'], {
    cwd: folder,
    input: Buffer.from(blobs.join(''), 'latin1'),
    env: { ...process.env, ...env },
  });
  const tree = git(['write-tree'], env);
  rmSync(workspace, { recursive: true });
  return tree;
}
