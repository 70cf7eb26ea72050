import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotAll, withoutTraces } from '../support/snapshot.ts';
import { applyEdit, type Edit, type Material, writeDifference } from './edits.ts';
import { checkUpgrade } from './oracle.ts';
import { type Files, LINK, readFolder, readStages } from './tree.ts';

/** A repository as scaffolded, and what an upgrade of it brings. */
export interface Fixture {
  /** What it is, for messages: `tabular 1 → 2`. */
  title: string;
  /** A folder with a repository as it was written; it is copied, never changed. */
  folder: string;
  base: Files;
  incoming: Files;
  own: readonly string[];
  /** Raises a copy; its exit code. */
  raise(folder: string): Promise<{ code: number | undefined; stderr: string }>;
}

export interface Verdict {
  wrong: string[];
  code: number | undefined;
  /** Paths in conflict. */
  conflicts: number;
}

/** Edits that git itself cannot hold, as other line endings in a file whose attributes fix them. */
export class Unfit extends Error {}

/** Edits a copy of the fixture, commits, raises it, and checks what became of every line. */
export async function tryEdits(
  fixture: Fixture,
  edits: readonly Edit[],
  material: Material,
): Promise<Verdict> {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nimble-ml-trial-')));
  const folder = join(workspace, 'churn');
  try {
    cpSync(fixture.folder, folder, { recursive: true, verbatimSymlinks: true });
    const current = new Map(fixture.base);
    for (const edit of edits) applyEdit(current, edit, material);
    commitUser(folder, fixture.base, current);
    const before = withoutTraces(snapshotAll(folder));
    const { code, stderr } = await fixture.raise(folder);
    const stages = readStages(folder);
    const made = { ...fixture, current, result: readFolder(folder), stages };
    const wrong =
      code === 0 || code === 1
        ? checkUpgrade(made)
        : [`it ended with ${code}: ${stderr.slice(0, 400)}`];
    if (code === 0) wrong.push(...checkFinished(folder));
    if (code === 1) wrong.push(...checkStopped(folder, before, stages.size));
    return { wrong, code, conflicts: stages.size };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

const HASH = ['hash-object', '-w', '--no-filters'];

/** One commit with every byte as the user wrote it, whatever git would do to line endings. */
function commitUser(folder: string, base: Files, current: Files): void {
  const changed = writeDifference(folder, base, current);
  const kept = changed.filter((path) => current.has(path));
  const isLink = (path: string) => current.get(path)?.mode === LINK;
  const named = kept.filter((path) => !isLink(path));
  const written = ask(folder, [...HASH, '--stdin-paths'], named.join('\n')).split('\n');
  const ids = new Map(named.map((path, index) => [path, written[index]]));
  for (const path of kept.filter(isLink)) {
    const target = current.get(path)?.bytes.toString('latin1');
    ids.set(path, ask(folder, [...HASH, '--stdin'], target).trim());
  }
  const gone = changed.filter((path) => !current.has(path));
  const entries = [
    ...gone.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`),
    ...kept.map((path) => `${current.get(path)?.mode} ${ids.get(path)}\t${path}\0`),
  ];
  ask(folder, ['update-index', '-z', '--add', '--index-info'], entries.join(''));
  ask(folder, ['update-index', '-q', '--refresh']);
  ask(folder, ['commit', '--quiet', '--no-verify', '--allow-empty', '-m', 'What a user did']);
  const dirty = ask(folder, ['status', '--porcelain']);
  if (dirty !== '') throw new Unfit(`it would start dirty, as git sees it: ${dirty}`);
}

/** Done means done: nothing left open, nothing to commit, and what is committed is what is on disk. */
function checkFinished(folder: string): string[] {
  const wrong: string[] = [];
  const dirty = ask(folder, ['status', '--porcelain']);
  if (dirty !== '') wrong.push(`it ended with 0 and a work tree that differs: ${dirty}`);
  if (existsSync(join(folder, '.git/MERGE_HEAD'))) wrong.push('it ended with 0 in mid-merge');
  return wrong;
}

/** Stopped means an ordinary merge that can be undone to the byte. */
function checkStopped(folder: string, before: object, conflicts: number): string[] {
  if (!existsSync(join(folder, '.git/MERGE_HEAD'))) return ['it ended with 1 and no merge is open'];
  const wrong = conflicts === 0 ? ['it ended with 1 and nothing is in conflict'] : [];
  ask(folder, ['merge', '--abort']);
  const after = withoutTraces(snapshotAll(folder)) as Record<string, string>;
  const known = before as Record<string, string>;
  for (const path of new Set([...Object.keys(known), ...Object.keys(after)])) {
    if (known[path] !== after[path]) wrong.push(`"git merge --abort" did not bring back "${path}"`);
  }
  return wrong;
}

function ask(folder: string, args: readonly string[], input = ''): string {
  return execFileSync('git', args, {
    cwd: folder,
    input: Buffer.from(input, 'latin1'),
    encoding: 'latin1',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...USER },
  });
}

const USER = {
  GIT_AUTHOR_NAME: 'Grace Hopper',
  GIT_AUTHOR_EMAIL: 'grace@example.com',
  GIT_COMMITTER_NAME: 'Grace Hopper',
  GIT_COMMITTER_EMAIL: 'grace@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};
