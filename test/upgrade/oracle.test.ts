import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { campaign, report } from './oracle/campaign.ts';
import type { Edit } from './oracle/edits.ts';
import { mergeByHand } from './oracle/fake-upgrade.ts';
import { checkUpgrade } from './oracle/oracle.ts';
import { proposeEdits } from './oracle/propose.ts';
import { randomFrom } from './oracle/random.ts';
import { shrink } from './oracle/shrink.ts';
import { nodeModules } from './oracle/third-party.ts';
import type { Files, Stages } from './oracle/tree.ts';
import { type Fixture, tryEdits } from './oracle/trial.ts';

const files = (content: Record<string, string>, executable: readonly string[] = []): Files =>
  new Map(
    Object.entries(content).map(([path, text]) => [
      path,
      { mode: executable.includes(path) ? '100755' : '100644', bytes: Buffer.from(text, 'latin1') },
    ]),
  );

const BASE = { 'a.py': 'one\ntwo\nthree\n', 'b.toml': 'x = 1\ny = 2\n', 'c.md': 'text\n' };
const NEXT = { ...BASE, 'b.toml': 'x = 1\nnew = 0\ny = 2\n', 'd.py': 'later\n' };
const USER = { ...BASE, 'a.py': 'one\nmine\ntwo\nthree\n', 'b.toml': 'x = 1\ny = 2\nz = 3\n' };
const GOOD = {
  'a.py': USER['a.py'],
  'b.toml': 'x = 1\nnew = 0\ny = 2\nz = 3\n',
  'c.md': 'text\n',
  'd.py': 'later\n',
};

interface Said {
  base?: Record<string, string>;
  current?: Record<string, string>;
  incoming?: Record<string, string>;
  result?: Record<string, string>;
  stages?: Stages;
  executable?: readonly string[];
}

const verdict = ({
  base = BASE,
  current = USER,
  incoming = NEXT,
  result = GOOD,
  stages,
  executable,
}: Said) =>
  checkUpgrade({
    base: files(base),
    current: files(current),
    incoming: files(incoming),
    result: files(result, executable),
    stages: stages ?? new Map(),
    own: [],
  });

const without = (content: Record<string, string>, path: string) =>
  Object.fromEntries(Object.entries(content).filter(([one]) => one !== path));

/** The versions of a conflict in one path. */
const conflict = (path: string, ...[base, current, incoming]: (string | undefined)[]): Stages => {
  const version = (text: string | undefined) =>
    text !== undefined && files({ path: text }).get('path');
  const versions = { 1: version(base), 2: version(current), 3: version(incoming) };
  return new Map([
    [path, Object.fromEntries(Object.entries(versions).filter(([, one]) => one))],
  ]) as Stages;
};
const marked = (current: string, incoming: string) =>
  `x = 1\n<<<<<<< nimble-ml/yours\n${current}=======\n${incoming}>>>>>>> nimble-ml/phase-2\n`;

describe('the oracle', () => {
  test('finds nothing wrong with a merge that has all of both', () => {
    expect(verdict({})).toEqual([]);
  });

  test.each<[string, Said, string]>([
    [
      "the user's line in a file that both changed",
      { result: { ...GOOD, 'b.toml': NEXT['b.toml'] } },
      '"b.toml": the user\'s line "z = 3" is lost: 0 of 1',
    ],
    [
      "the template's line in it",
      { result: { ...GOOD, 'b.toml': USER['b.toml'] } },
      '"b.toml": the line "new = 0" is lost',
    ],
    [
      'a line in a file that only the user changed',
      { result: { ...GOOD, 'a.py': BASE['a.py'] } },
      '"a.py": line 2 is "two", not "mine"',
    ],
    ['a whole file', { result: without(GOOD, 'a.py') }, '"a.py": the edited file is gone'],
    [
      "the user's own file",
      { current: { ...USER, 'my.py': 'my\n' } },
      '"my.py": the user\'s own file is gone',
    ],
    [
      'a file that no one touched',
      { result: without(GOOD, 'c.md') },
      '"c.md": untouched by the user',
    ],
    [
      "the template's new file",
      { result: without(GOOD, 'd.py') },
      '"d.py": the template\'s new file is missing',
    ],
    [
      'one of two equal lines',
      { current: { ...USER, 'b.toml': 'x = 1\ny = 2\nz = 3\nz = 3\n' } },
      'the user\'s line "z = 3" is lost: 1 of 2',
    ],
    [
      'line endings',
      { current: { ...USER, 'b.toml': 'x = 1\r\ny = 2\r\nz = 3\r\n' } },
      "the user's line endings are lost",
    ],
    ['the right to run it', { executable: ['a.py'] }, '"a.py": its mode is 100755, not 100644'],
  ])('finds the loss of %s', (_what, said, message) => {
    expect(verdict(said).join('\n')).toContain(message);
  });

  test.each<[string, Said, string]>([
    [
      'a deleted file that came back',
      { current: without(USER, 'c.md') },
      '"c.md": deleted by the user, and it came back',
    ],
    [
      'a deleted file whose new version came back',
      { current: without(USER, 'b.toml'), result: { ...GOOD, 'b.toml': NEXT['b.toml'] } },
      'the new version came back',
    ],
    [
      'a deleted line that came back',
      { current: { ...USER, 'b.toml': 'y = 2\n' } },
      '"b.toml": the line "x = 1" came 1 times',
    ],
    [
      'a file that no one wrote',
      { result: { ...GOOD, 'e.orig': 'x\n' } },
      '"e.orig": no one wrote it',
    ],
    [
      'markers without a conflict',
      { result: { ...GOOD, 'b.toml': marked('y = 2\nz = 3\n', 'new = 0\n') } },
      'markers without a conflict',
    ],
    [
      'a renamed file that the changes missed',
      {
        current: { ...without(BASE, 'b.toml'), 'moved.toml': BASE['b.toml'] },
        result: { ...without(NEXT, 'b.toml'), 'moved.toml': BASE['b.toml'] },
      },
      'changes of "b.toml" missed it',
    ],
  ])('finds %s', (_what, said, message) => {
    expect(verdict(said).join('\n')).toContain(message);
  });

  test('takes a line in a conflict as kept, and one that its markers lost as lost', () => {
    const current = { ...USER, 'b.toml': 'x = 1\ny = 3\n' };
    const incoming = { ...NEXT, 'b.toml': 'x = 1\ny = 4\n' };
    const stages = conflict('b.toml', BASE['b.toml'], current['b.toml'], incoming['b.toml']);
    const result = (text: string) => ({ ...GOOD, 'b.toml': text });
    const good = marked('y = 3\n', 'y = 4\n');
    expect(verdict({ current, incoming, stages, result: result(good) })).toEqual([]);
    expect(
      verdict({ current, incoming, stages, result: result(marked('', 'y = 4\n')) }).join(),
    ).toContain('the line "y = 3" is in no half of the conflict');
    expect(
      verdict({ current, incoming, stages, result: result(incoming['b.toml']) }).join(),
    ).toContain('no marker shows where');
    const foreign = good.replace('nimble-ml/yours', 'nimble-ml/HEAD');
    expect(verdict({ current, incoming, stages, result: result(foreign) }).join()).toContain(
      'its markers name "nimble-ml/HEAD"',
    );
  });

  test('wants no conflict where only one of the two changed', () => {
    const stages = conflict('b.toml', BASE['b.toml'], BASE['b.toml'], NEXT['b.toml']);
    const result = { ...GOOD, 'b.toml': marked('y = 2\n', 'new = 0\ny = 2\n') };
    expect(
      verdict({ current: { ...USER, 'b.toml': BASE['b.toml'] }, stages, result }).join(),
    ).toContain('in conflict, and the user never touched it');
  });
});

describe('trials', () => {
  const OWN: string[] = [];
  const CODE = nodeModules();
  const LARGE = Object.fromEntries(
    Array.from({ length: 12 }, (_, file) => [
      `src/file_${file}.py`,
      Array.from({ length: 40 }, (__, line) => `line ${line} of ${file}\n`).join(''),
    ]),
  );

  /** A repository of twelve files of which the template changes two. */
  function fixture(raise: Fixture['raise']): Fixture {
    const folder = temporaryFolder();
    const incoming: Record<string, string> = { ...LARGE, 'src/file_12.py': 'new\n' };
    for (const path of ['src/file_0.py', 'src/file_1.py']) {
      incoming[path] = (LARGE[path] ?? '').replace('line 20', 'line 19.5\nline 20');
    }
    writeFiles(folder, LARGE);
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'add', '-A');
    git(folder, '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'first');
    return {
      title: 'twelve files',
      folder,
      base: files(LARGE),
      incoming: files(incoming),
      own: OWN,
      raise,
    };
  }
  const honest = (): Fixture => {
    const made: Fixture = fixture(async (folder) => ({
      code: mergeByHand(folder, made.base, made.incoming),
      stderr: '',
    }));
    return made;
  };
  /** Merges well, then drops the last line of every file that now is longer than it was. */
  const lossy = (): Fixture => {
    const made: Fixture = fixture(async (folder) => {
      const code = mergeByHand(folder, made.base, made.incoming);
      for (const path of Object.keys(LARGE)) {
        const file = join(folder, path);
        const text = execFileSync('sh', ['-c', `cat "${file}" 2>/dev/null || true`]).toString(
          'latin1',
        );
        if (text.split('\n').length > 60) {
          writeFileSync(
            file,
            Buffer.from(text.split('\n').slice(0, -2).join('\n').concat('\n'), 'latin1'),
          );
        }
      }
      if (code === 0)
        git(
          folder,
          '-c',
          'user.name=A',
          '-c',
          'user.email=a@b.c',
          'commit',
          '--allow-empty',
          '-qam',
          'x',
        );
      return { code, stderr: '' };
    });
    return made;
  };

  test('of an honest engine find nothing, and of the same seed are the same', async () => {
    const tally = await campaign([honest()], CODE, { seed: 1, edits: 40 });
    expect(tally.failures.map(report)).toEqual([]);
    expect(tally.edits).toBeGreaterThanOrEqual(40);
    const propose = () => {
      const material = { code: CODE, incoming: honest().incoming };
      return proposeEdits(randomFrom(7), 20, files(LARGE), material, OWN).edits;
    };
    expect(propose()).toEqual(propose());
  });

  test('find the loss of an engine that loses a line, with its seed and the one edit that shows it', async () => {
    const made = lossy();
    const tally = await campaign([made], CODE, { seed: 1, edits: 2000, stopAfter: 1 });
    const [failure] = tally.failures;
    if (!failure) throw new Error('the planted loss was not found');
    expect(failure.edits).toHaveLength(1);
    expect(report(failure)).toMatch(/^twelve files, seed \d+:\n {2}"src\/\S+": \S/);
    const material = { code: CODE, incoming: made.incoming };
    expect((await tryEdits(made, failure.edits, material)).wrong).not.toEqual([]);
    const kept = honest();
    expect(
      (await tryEdits(kept, failure.edits, { ...material, incoming: kept.incoming })).wrong,
    ).toEqual([]);
  });

  test('make every kind of edit', () => {
    const material = { code: CODE, incoming: honest().incoming };
    const base = files({ ...LARGE, 'b/x.bin': '\0\x01\x02' });
    const { edits } = proposeEdits(randomFrom(3), 400, base, material, OWN);
    const kinds: Edit['kind'][] = ['insert', 'delete', 'change', 'shift', 'write', 'rename'];
    kinds.push('renameFolder', 'remove', 'chmod', 'crlf', 'binary', 'sameAsTemplate');
    expect(new Set(edits.map((edit) => edit.kind))).toEqual(new Set(kinds));
  });

  test('shrink a list to the items that fail together', async () => {
    const items = Array.from({ length: 37 }, (_, index) => index);
    const fails = async (fewer: readonly number[]) => fewer.includes(3) && fewer.includes(31);
    expect(await shrink(items, fails)).toEqual([3, 31]);
  });
});

test('the oracle imports nothing of the generators', () => {
  const workspace = join(import.meta.dirname, 'oracle');
  const found = execFileSync('ls', [workspace], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((name) => /from '[./]*generators/.test(readFileSync(join(workspace, name), 'utf8')));
  expect(found).toEqual([]);
});
