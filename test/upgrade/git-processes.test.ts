import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { edit } from './support/edited-repository.ts';
import { commit, repositoryOf, run } from './support/repository.ts';
import { packageWith, SECOND } from './support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const isPosix = process.platform !== 'win32';

/** A PATH with a git that writes down how it was called, and the calls so far. */
function recordGit(): { PATH: string; calls: () => string[] } {
  const tools = temporaryFolder();
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const script = [
    '#!/bin/sh',
    'line=""; skip=no',
    'for one in "$@"; do',
    '  if [ $skip = yes ]; then skip=no; elif [ "$one" = -c ]; then skip=yes; else line="$line $one"; fi',
    'done',
    `echo "git$line" | head -n 1 | cut -c 1-70 >> "${tools}/calls"`,
    `exec ${real} "$@"`,
  ];
  writeFiles(tools, { git: `${script.join('\n')}\n` });
  chmodSync(join(tools, 'git'), 0o755);
  const file = join(tools, 'calls');
  return {
    PATH: `${tools}:${process.env.PATH}`,
    calls: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []),
  };
}

describe.runIf(isPosix)('a command starts no more processes of git than it needs:', () => {
  const edited = () => edit(false);
  const withLock = async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'uv.lock': 'version = 1\n' });
    return folder;
  };
  test.each([
    ['an upgrade of a file that both changed', 17, edited, ['phase', '2'], 0],
    ['an upgrade with a lock, and no file that both changed', 15, withLock, ['phase', '2'], 0],
    ['an upgrade with a conflict', 14, () => edit(true), ['phase', '2'], 1],
    ['a dry run', 8, edited, ['phase', '2', '--dry-run'], 0],
    ['a command that has nothing to do', 3, edited, ['phase', '1'], 0],
  ] as const)('%s at most %i', async (_what, most, make, args, code) => {
    const folder = await make();
    const { PATH, calls } = recordGit();
    const ended = await run(V2, folder, args, { PATH });
    expect(ended.code, ended.stderr).toBe(code);
    expect(calls().length, calls().join('\n')).toBeLessThanOrEqual(most);
  });
});
