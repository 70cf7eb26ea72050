import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkUpgrade } from './oracle/oracle.ts';
import { filesOf, type Stages } from './oracle/tree.ts';

const BASE = { 'a.py': 'one\ntwo\nthree\n', 'b.toml': 'x = 1\ny = 2\n', 'c.md': 'text\n' };
const INCOMING = { ...BASE, 'b.toml': 'x = 1\nnew = 0\ny = 2\n', 'd.py': 'later\n' };
const CURRENT = { ...BASE, 'a.py': 'one\nmine\ntwo\nthree\n', 'b.toml': 'x = 1\ny = 2\nz = 3\n' };
const GOOD = {
  'a.py': CURRENT['a.py'],
  'b.toml': 'x = 1\nnew = 0\ny = 2\nz = 3\n',
  'c.md': 'text\n',
  'd.py': 'later\n',
};

interface Stated {
  base?: Record<string, string>;
  current?: Record<string, string>;
  incoming?: Record<string, string>;
  result?: Record<string, string>;
  stages?: Stages;
  executable?: readonly string[];
}

const verdict = ({
  base = BASE,
  current = CURRENT,
  incoming = INCOMING,
  result = GOOD,
  stages,
  executable,
}: Stated) =>
  checkUpgrade({
    base: filesOf(base),
    current: filesOf(current),
    incoming: filesOf(incoming),
    result: filesOf(result, executable),
    stages: stages ?? new Map(),
    own: [],
  });

const without = (content: Record<string, string>, path: string) =>
  Object.fromEntries(Object.entries(content).filter(([one]) => one !== path));

/** The versions of a conflict in one path. */
const conflict = (path: string, ...[base, current, incoming]: (string | undefined)[]): Stages => {
  const version = (text: string | undefined) =>
    text !== undefined && filesOf({ path: text }).get('path');
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

  test.each<[string, Stated, string]>([
    [
      "the user's line in a file that both changed",
      { result: { ...GOOD, 'b.toml': INCOMING['b.toml'] } },
      '"b.toml": the user\'s line "z = 3" is lost: 0 of 1',
    ],
    [
      "the template's line in it",
      { result: { ...GOOD, 'b.toml': CURRENT['b.toml'] } },
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
      { current: { ...CURRENT, 'my.py': 'my\n' } },
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
      { current: { ...CURRENT, 'b.toml': 'x = 1\ny = 2\nz = 3\nz = 3\n' } },
      'the user\'s line "z = 3" is lost: 1 of 2',
    ],
    [
      'line endings',
      { current: { ...CURRENT, 'b.toml': 'x = 1\r\ny = 2\r\nz = 3\r\n' } },
      "the user's line endings are lost",
    ],
    ['the right to run it', { executable: ['a.py'] }, '"a.py": its mode is 100755, not 100644'],
  ])('finds the loss of %s', (_what, said, message) => {
    expect(verdict(said).join('\n')).toContain(message);
  });

  test.each<[string, Stated, string]>([
    [
      'a deleted file that came back',
      { current: without(CURRENT, 'c.md') },
      '"c.md": deleted by the user, and it came back',
    ],
    [
      'a deleted file whose new version came back',
      { current: without(CURRENT, 'b.toml'), result: { ...GOOD, 'b.toml': INCOMING['b.toml'] } },
      'the new version came back',
    ],
    [
      'a deleted line that came back',
      { current: { ...CURRENT, 'b.toml': 'y = 2\n' } },
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
        result: { ...without(INCOMING, 'b.toml'), 'moved.toml': BASE['b.toml'] },
      },
      'changes of "b.toml" missed it',
    ],
  ])('finds %s', (_what, said, message) => {
    expect(verdict(said).join('\n')).toContain(message);
  });

  test('lets new files stay out of a folder that the user deleted, and of no other', () => {
    const base = { ...BASE, 'ops/check.yml': 'check\n' };
    const incoming = { ...INCOMING, 'ops/check.yml': 'check\n', 'ops/scan.yml': 'scan\n' };
    const stayedOut = (current: Record<string, string>) =>
      verdict({
        base,
        current: { ...CURRENT, ...current },
        incoming,
        result: { ...GOOD, ...current },
      });
    const missing = ['"ops/scan.yml": the template\'s new file is missing'];
    expect(stayedOut({})).toEqual([]);
    expect(stayedOut({ 'ops/check.yml': 'check\n' })).toEqual(missing);
    expect(stayedOut({ 'ops/mine.yml': 'mine\n' })).toEqual(missing);
    expect(stayedOut({ 'operations/check.yml': 'check\n' })).toEqual(missing);
  });

  test('takes a line in a conflict as kept, and one that its markers lost as lost', () => {
    const current = { ...CURRENT, 'b.toml': 'x = 1\ny = 3\n' };
    const incoming = { ...INCOMING, 'b.toml': 'x = 1\ny = 4\n' };
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
    const stages = conflict('b.toml', BASE['b.toml'], BASE['b.toml'], INCOMING['b.toml']);
    const result = { ...GOOD, 'b.toml': marked('y = 2\n', 'new = 0\ny = 2\n') };
    expect(
      verdict({ current: { ...CURRENT, 'b.toml': BASE['b.toml'] }, stages, result }).join(),
    ).toContain('in conflict, and the user never touched it');
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
