import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import { spellHidden } from '../engine/hidden-characters.ts';
import { ANSWERS_FILE, LOCK_FILE } from '../engine/state.ts';
import { queryGit } from './query.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** Where a project and its git repository are. */
export interface Repository {
  /** Folder of the project, absolute. */
  folder: string;
  /** Top of the work tree. */
  top: string;
  /** From the top to the project: empty, or ending in "/". */
  prefix: string;
  /** Of this work tree. */
  gitDir: string;
  /** The folder of its objects. */
  objects: string;
  index: string;
  format: 'sha1' | 'sha256';
  /** Commit of HEAD. */
  head: string;
  sparse: boolean;
}

const QUESTIONS = [
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--show-toplevel',
  '--absolute-git-dir',
  '--show-object-format',
  '--git-path',
  'objects',
  '--git-path',
  'index',
  '--git-path',
  'info/sparse-checkout',
];

/** The repository round a folder, or why there is nothing to work on. */
export async function openRepository(from: string): Promise<Repository> {
  if (/[\r\n]/.test(realpathSync(from))) {
    throw new Refusal(
      `"${spellHidden(from)}" holds a line break, and git prints each path on a line. Rename the folder.`,
    );
  }
  const asked = await queryGit(from, (git) =>
    git.revparse([...QUESTIONS, '--verify', 'HEAD^{commit}']),
  );
  if (asked.code === undefined)
    throw new Refusal('git is not installed. Install git 2.38 or newer.');
  const [bare, inside, top = '', gitDir = '', format, objects = '', index = '', sparse = '', head] =
    (asked.answer ?? asked.stdout).split('\n');
  if (bare === 'true')
    throw new Refusal(`"${from}" is in a bare repository. Use a clone that has a work tree.`);
  if (inside === 'false')
    throw new Refusal(`"${from}" is in a .git folder. Run the command in the project.`);
  if (!gitDir) throw new Refusal(noRepository(from, asked.stderr));
  if (!head) {
    throw new Refusal(
      `"${top}" has no commit yet, and an upgrade starts from one. Commit first: git add -A && git commit`,
    );
  }
  if (!isId(head) || !isAbsolute(gitDir) || !existsSync(top)) {
    throw unexpectedOutput('rev-parse', asked.answer ?? asked.stdout);
  }
  const folder = findProject(realpathSync(from), realpathSync(top));
  const below = relative(realpathSync(top), folder).replaceAll('\\', '/');
  return {
    folder,
    top: realpathSync(top),
    prefix: below === '' ? '' : `${below}/`,
    gitDir,
    objects: resolve(from, objects),
    index: resolve(from, index),
    format: format === 'sha256' ? 'sha256' : 'sha1',
    head,
    sparse: existsSync(resolve(from, sparse)),
  };
}

function noRepository(from: string, stderr: string): string {
  const reason =
    stderr
      .trim()
      .split('\n')[0]
      ?.replace(/^fatal: /, '') ?? '';
  if (/dubious ownership/.test(stderr)) {
    return `"${from}" belongs to another user, and git does not work there. If you trust it, allow it: git config --global --add safe.directory "${from}"`;
  }
  if (/not a git repository/.test(stderr)) {
    return `"${from}" is not in a git repository, and an upgrade needs history. Make one: git init && git add -A && git commit`;
  }
  return `git cannot read the repository at "${from}": ${reason}`;
}

/** The nearest folder upwards with our answers or lock file. */
function findProject(from: string, top: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if ([ANSWERS_FILE, LOCK_FILE].some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === top || folder === dirname(folder)) return from;
  }
}
