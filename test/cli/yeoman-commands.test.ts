import { chmodSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installSmall, runBin } from '../support/bin.ts';
import { blockYaml } from '../support/blocks.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { giveAway, homeOfYo, NIGHTLY, runYo, whyNoYo } from '../support/yo.ts';

const SMALL = installSmall({
  'blocks/gate/block.yaml': blockYaml('gate', { phase: 2, requires: ['tracking'] }),
});
chmodSync(SMALL, 0o755);
const reason = whyNoYo();
if (reason) console.log(`yo: skipped, ${reason}`);

describe.skipIf(reason)('yo in an existing repository', () => {
  /** One command through yo and on the command line, each in its copy of a repository with edits, committed or not. */
  async function runBoth(
    command: string,
    words: string[],
    edits: Record<string, string>,
    committed: Record<string, string> = {},
  ) {
    const cwd = temporaryFolder();
    await runBin(SMALL, ['new', 'churn', '--yes', '--skip-install'], { cwd });
    const ready = join(cwd, 'churn');
    writeFiles(ready, { 'mine.txt': 'mine\n', ...committed });
    git(ready, 'add', '-A');
    git(ready, '-c', 'user.name=Ada', '-c', 'user.email=a@b.c', 'commit', '-qm', 'mine');
    writeFiles(ready, edits);
    const home = homeOfYo(SMALL);
    const [one, other] = [join(home, 'churn'), join(temporaryFolder(), 'churn')];
    for (const copy of [one, other]) {
      cpSync(ready, copy, { recursive: true, verbatimSymlinks: true });
      git(copy, 'update-index', '-q', '--refresh');
    }
    giveAway(one);
    const yo = await runYo(home, [`nimble-ml:${command}`, ...words], one);
    const bin = await runBin(SMALL, [command, ...words], { cwd: other });
    return { yo, bin, one, other, ready };
  }
  const DO_IT = ['2', '--yes', '--skip-install'];
  const withoutIds = (text: string) => text.replace(/commit [0-9a-f]{10}/g, 'commit');

  test('yo nimble-ml:phase does and prints what nimble-ml phase does', async () => {
    const { yo, bin, one, other } = await runBoth('phase', DO_IT, {});
    expect(yo.code, yo.stderr).toBe(0);
    expect(bin.code).toBe(0);
    expect(yo.stdout).toContain('Went from phase 1 to phase 2');
    expect(withoutIds(yo.stdout)).toBe(withoutIds(bin.stdout));
    expect(readFiles(one).has('gate.txt')).toBe(true);
    expect(readFiles(one)).toEqual(readFiles(other));
    const log = (folder: string) => git(folder, 'log', '--format=%an %ae %T %B');
    expect(log(one)).toBe(log(other));
    expect(git(one, 'status', '--porcelain')).toBe('');
  });

  test('yo exits with 1 on a conflict, and leaves the same merge as the command line', async () => {
    const { yo, bin, one, other } = await runBoth('phase', DO_IT, {}, { 'gate.txt': 'open\n' });
    expect([yo.code, bin.code]).toEqual([1, 1]);
    expect(yo.stdout).toBe(bin.stdout);
    expect(readFiles(one)).toEqual(readFiles(other));
    const unmerged = (folder: string) => git(folder, 'ls-files', '--unmerged');
    expect(unmerged(one)).toBe(unmerged(other));
    expect(unmerged(one)).toContain('gate.txt');
  });

  test.runIf(NIGHTLY)('yo nimble-ml:status prints what nimble-ml status prints', async () => {
    const { yo, bin } = await runBoth('status', [], { 'task.txt': 'mine\n' });
    expect(yo.code, yo.stderr).toBe(0);
    expect(yo.stdout).toContain('1 file not committed');
    expect(yo.stdout).toBe(bin.stdout);
  });

  test('yo refuses what the command line refuses, with its message and exit code, and changes nothing', async () => {
    const { yo, bin, one, ready } = await runBoth('phase', DO_IT, { 'task.txt': 'mine\n' });
    expect([yo.code, bin.code]).toEqual([2, 2]);
    expect(bin.stderr).toContain('task.txt');
    expect(yo.stderr).toContain(bin.stderr);
    expect(yo.stderr).not.toMatch(/\n\s+at /);
    expect(readFiles(one)).toEqual(readFiles(ready));
  });
});
