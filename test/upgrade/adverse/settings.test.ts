import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import {
  commit,
  edited,
  expectConflict,
  expectFinished,
  has,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { snapshotGit } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
type Environment = Record<string, string | undefined>;
const upgrade = (folder: string, env?: Environment) => run(V2, folder, ['phase', '2'], env);

/** Edits that merge, or that do not. */
async function edit(conflict = false): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(
    folder,
    edited(folder, 'notes/plan.md', conflict ? 'Point 6 of' : 'Point 1 of', 'My point of'),
  );
  return folder;
}

function expectRaised(folder: string): void {
  expect(read(folder, 'gate.txt')).toBe('kept by the team\n');
  expect(read(folder, 'notes/plan.md')).toContain('My point of');
  expect(read(folder, 'notes/plan.md')).toContain('sharpened');
}

/** Both ways through: a clean upgrade, and one that stops and can be undone. */
async function expectBothWays(prepare: (folder: string) => void, env?: Environment) {
  const clean = await edit();
  prepare(clean);
  await expectFinished(clean, () => upgrade(clean, env));
  expectRaised(clean);
  const stopped = await edit(true);
  prepare(stopped);
  await expectConflict(stopped, () => upgrade(stopped, env), ['notes/plan.md']);
}

const HOOKS = [
  'applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit',
  'post-index-change post-merge post-rewrite pre-applypatch pre-auto-gc pre-commit',
  'pre-merge-commit pre-push pre-rebase prepare-commit-msg reference-transaction update',
].flatMap((names) => names.split(' '));

/** Every hook there is, each of which leaves a trace, and then does this. */
function hooks(folder: string, what: string): void {
  for (const name of HOOKS) {
    const file = join(folder, name);
    writeFiles(folder, { [name]: `#!/bin/sh\necho ${name} >> "$HOME/ran"\n${what}\n` });
    chmodSync(file, 0o755);
  }
}

describe('hooks of the user are not run:', () => {
  test.each([
    ['failing', 'exit 1'],
    ['slow', 'sleep 60'],
    ['rewriting', 'echo rewritten > README.md; test -n "$1" && echo rewritten > "$1"; exit 0'],
  ])('%s ones of every kind', async (_how, what) => {
    const home = temporaryFolder();
    writeFiles(home, { '.gitconfig': '[user]\n\tname = Ada\n\temail = a@b.c\n' });
    await expectBothWays((folder) => hooks(join(folder, '.git/hooks'), what), { HOME: home });
    expect(has(home, 'ran')).toBe(false);
  });

  test('those that core.hooksPath names, in the repository or at home', async () => {
    const home = temporaryFolder();
    hooks(join(home, 'hooks'), 'exit 1');
    writeFiles(home, {
      '.gitconfig': `[user]\n\tname = Ada\n\temail = a@b.c\n[core]\n\thooksPath = ${home}/hooks\n`,
    });
    await expectBothWays(() => {}, { HOME: home });
    await expectBothWays((folder) => git(folder, 'config', 'core.hooksPath', join(home, 'hooks')));
    expect(has(home, 'ran')).toBe(false);
  });
});

/** What it does → the setting. */
const SETTINGS: [string, string][] = [
  ['merging only what can be fast-forwarded', 'merge.ff only'],
  ['never fast-forwarding', 'merge.ff false'],
  ['squashing', 'branch.main.mergeOptions --squash'],
  ['not committing', 'branch.main.mergeOptions --no-commit'],
  ['wanting signatures', 'merge.verifySignatures true'],
  ['signing without a key', 'commit.gpgSign true'],
  ['signing with a program that fails', 'gpg.program false'],
  ['diffs without prefixes', 'diff.noprefix true'],
  ['external diffs', 'diff.external false'],
  ['colour everywhere', 'color.ui always'],
  ['signatures in logs', 'log.showSignature true'],
  ['conflicts with their base', 'merge.conflictStyle zdiff3'],
  ['conflicts with their base, older', 'merge.conflictStyle diff3'],
  ['no search for renames', 'merge.renames false'],
  ['no search for renamed folders', 'merge.directoryRenames false'],
  ['no search for renames in diffs', 'diff.renames false'],
  ['few renames', 'merge.renameLimit 1'],
  ['stashing by itself', 'merge.autoStash true'],
  ['renormalizing', 'merge.renormalize true'],
  ['line endings of input', 'core.autocrlf input'],
  ['safety of line endings', 'core.safecrlf true'],
  ['no trust in rights', 'core.fileMode false'],
  ['names without case', 'core.ignoreCase true'],
  ['names in quotes', 'core.quotePath true'],
  ['paths composed', 'core.precomposeUnicode true'],
  ['an exclude file', 'core.excludesFile /dev/null'],
  ['an index of version 4', 'index.version 4'],
  ['a split index', 'core.splitIndex true'],
  ['the untracked cache', 'core.untrackedCache true'],
  ['a file system monitor that fails', 'core.fsmonitor /bin/false'],
  ['many threads in the index', 'feature.manyFiles true'],
  ['help in mistakes', 'help.autoCorrect immediate'],
  ['a pager that fails', 'core.pager false'],
  ['an editor that fails', 'core.editor false'],
  ['an identity from configuration only', 'user.useConfigOnly true'],
  ['status of everything', 'status.showUntrackedFiles all'],
  ['status of nothing', 'status.showUntrackedFiles no'],
  ['short status with branches', 'status.short true'],
  ['branches that track', 'branch.autoSetupMerge always'],
  ['no reflog', 'core.logAllRefUpdates false'],
  ['comments of another kind', 'core.commentChar ;'],
  ['clean-up of messages', 'commit.cleanup scissors'],
  ['a template of messages', 'commit.template /nonexistent'],
  ['no automatic gc', 'gc.auto 1'],
  ['strict transfer', 'transfer.fsckObjects true'],
  ['recorded resolutions', 'rerere.enabled true'],
  ['messages in another encoding', 'i18n.commitEncoding ISO-8859-1'],
  ['big files by name', 'core.bigFileThreshold 1'],
  ['looser objects', 'core.looseCompression 0'],
  ['cruft packs', 'gc.cruftPacks true'],
];

/** Alone in the nightly run; otherwise several at once, no key twice. */
function grouped<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): { rows: Row[]; title: string }[] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const free = process.env.NIMBLE_ML_NIGHTLY
      ? undefined
      : groups.find((one) => one.length < 14 && !one.some((other) => keyOf(other) === keyOf(row)));
    if (free) free.push(row);
    else groups.push([row]);
  }
  return groups.map((one) => ({ rows: one, title: one.map(keyOf).join(', ') }));
}

describe('odd settings change nothing:', () => {
  test.each(grouped(SETTINGS, ([, setting]) => setting.split(' ')[0] ?? ''))(
    '$title',
    async ({ rows }) => {
      const folder = await edit();
      for (const [, setting] of rows)
        git(folder, 'config', ...(setting.split(/ (.*)/s).slice(0, 2) as [string, string]));
      git(folder, 'update-index', '-q', '--refresh');
      await expectFinished(folder, () => upgrade(folder));
      expectRaised(folder);
    },
  );

  test('several of the worst at once, with a conflict', async () => {
    const worst = [
      'merge.ff only',
      'merge.verifySignatures true',
      'commit.gpgSign true',
      'color.ui always',
      'merge.conflictStyle zdiff3',
      'rerere.enabled true',
      'core.fileMode false',
      'merge.autoStash true',
    ];
    const folder = await edit(true);
    for (const setting of worst) git(folder, 'config', ...(setting.split(' ') as [string, string]));
    await expectConflict(folder, () => upgrade(folder), ['notes/plan.md']);
  });
});

describe('environments', () => {
  test('without an identity commit in the name of the project’s author', async () => {
    const folder = await edit();
    const home = temporaryFolder();
    await expectFinished(folder, () =>
      upgrade(folder, { HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: home, EMAIL: undefined }),
    );
    expectRaised(folder);
    expect(git(folder, 'log', '-1', '--format=%an')).not.toBe('');
  });

  const ENVIRONMENTS: [string, Environment][] = [
    ['no HOME', { HOME: undefined, USERPROFILE: undefined, XDG_CONFIG_HOME: undefined }],
    [
      'a HOME that is not there',
      { HOME: '/nonexistent', USERPROFILE: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent' },
    ],
    ['a language of its own', { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' }],
    ['a terminal without colours', { TERM: 'dumb' }],
    ['an editor', { GIT_EDITOR: 'false', EDITOR: 'false' }],
    ['literal pathspecs', { GIT_LITERAL_PATHSPECS: '1' }],
    ['pathspecs without case', { GIT_ICASE_PATHSPECS: '1' }],
    ['an index format', { GIT_INDEX_VERSION: '4' }],
    ['tracing to standard error', { GIT_TRACE: '1', GIT_TRACE_SETUP: '1' }],
    ['a merge verbosity', { GIT_MERGE_VERBOSITY: '5' }],
    ['an advice level', { GIT_ADVICE: '0' }],
    ['a default hash', { GIT_DEFAULT_HASH: 'sha256' }],
    [
      'configuration by count',
      { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'merge.ff', GIT_CONFIG_VALUE_0: 'only' },
    ],
    ['configuration by parameters', { GIT_CONFIG_PARAMETERS: "'core.bare'='true'" }],
  ];
  const keysOf = ([, env]: [string, Environment]) => Object.keys(env)[0] ?? '';
  test.each(grouped(ENVIRONMENTS, keysOf))('with $title change nothing', async ({ rows }) => {
    const folder = await edit();
    const env = Object.assign({}, ...rows.map(([, one]) => one));
    await expectFinished(folder, () => upgrade(folder, env));
    expectRaised(folder);
  });

  test.each([
    'GIT_DIR',
    'GIT_WORK_TREE',
    'GIT_INDEX_FILE',
    'GIT_OBJECT_DIRECTORY',
    'GIT_COMMON_DIR',
    'GIT_NAMESPACE',
    'GIT_CEILING_DIRECTORIES',
    'GIT_ALTERNATE_OBJECT_DIRECTORIES',
    'GIT_SHALLOW_FILE',
    'GIT_EXEC_PATH',
    'GIT_ATTR_SOURCE',
    'GIT_PREFIX',
    'GIT_TEMPLATE_DIR',
  ])('in which %s points elsewhere change nothing there', async (name) => {
    const folder = await edit();
    const elsewhere = await repositoryOf(V1);
    const before = snapshotGit(elsewhere);
    const value: Record<string, string> = {
      GIT_WORK_TREE: elsewhere,
      GIT_INDEX_FILE: join(elsewhere, '.git/index'),
      GIT_OBJECT_DIRECTORY: join(elsewhere, '.git/objects'),
      GIT_CEILING_DIRECTORIES: folder,
      GIT_NAMESPACE: 'other',
    };
    await expectFinished(folder, () =>
      upgrade(folder, { [name]: value[name] ?? join(elsewhere, '.git') }),
    );
    expectRaised(folder);
    expect(snapshotGit(elsewhere)).toEqual(before);
  });

  test('in which the folder for temporary files is full or closed end with a refusal', async () => {
    const folder = await edit();
    const head = git(folder, 'rev-parse', 'HEAD');
    const ended = await upgrade(folder, {
      TMPDIR: '/nonexistent',
      TMP: '/nonexistent',
      TEMP: '/nonexistent',
    });
    expect([0, 2]).toContain(ended.code);
    if (ended.code === 2) expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  test('like a folder with a program named git in it run only the git of PATH', async () => {
    const folder = await edit();
    mkdirSync(join(folder, '../tools'), { recursive: true });
    commit(folder, { git: '#!/bin/sh\ntouch ran\nexit 1\n' });
    chmodSync(join(folder, 'git'), 0o755);
    commit(folder, {});
    await expectFinished(folder, () => upgrade(folder));
    expect(has(folder, 'ran')).toBe(false);
    execFileSync('git', ['--version']);
  });
});
