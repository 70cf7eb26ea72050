import { execFileSync, spawnSync } from 'node:child_process';
import { vi } from 'vitest';
import { temporaryFolder, writeFiles } from './folders.ts';

/** What git prints, read without any configuration but the repository's own. */
export function git(folder: string, ...args: readonly string[]): string {
  return gitBytes(folder, ...args)
    .toString()
    .trimEnd();
}

/** Newer gits repack in the background after a commit, while a test compares what lies there. */
const SETTINGS = ['core.quotePath=false', 'safe.directory=*', 'maintenance.auto=false'].flatMap(
  (setting) => ['-c', setting],
);

/** The same, byte for byte. */
export function gitBytes(folder: string, ...args: readonly string[]): Buffer {
  return execFileSync('git', [...SETTINGS, ...args], { cwd: folder, env: withoutSettings() });
}

/** Those of these paths that git would ignore, whether they are there or not. */
export function ignoredPaths(folder: string, paths: readonly string[]): string[] {
  const args = [...SETTINGS, 'check-ignore', '--no-index', '--stdin', '-z'];
  const options = { cwd: folder, env: withoutSettings(), input: paths.join('\0') };
  const { status, stdout, stderr } = spawnSync('git', args, { ...options, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return stdout.split('\0').filter(Boolean);
}

/** The environment without any configuration of git. */
function withoutSettings(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/** Every file of a commit: path → `mode bytes`. */
export function treeOf(
  folder: string,
  commit = 'HEAD',
): Map<string, { mode: string; bytes: Buffer }> {
  const lines = git(folder, 'ls-tree', '-r', '-z', commit).split('\0').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, mode = '', id = '', path = ''] = /^(\d+) blob (\w+)\t(.*)$/s.exec(line) ?? [];
      return [path, { mode, bytes: gitBytes(folder, 'cat-file', 'blob', id) }];
    }),
  );
}

/** A home folder with this git configuration and no other, for the rest of the test. */
export function homeWith(config: string, files: Readonly<Record<string, string>> = {}): string {
  const home = temporaryFolder();
  writeFiles(home, { '.gitconfig': config.replaceAll('~', home), ...files });
  for (const key of Object.keys(process.env)) {
    if (/^(GIT_|EMAIL$)/.test(key)) vi.stubEnv(key, undefined);
  }
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
  vi.stubEnv('XDG_CONFIG_HOME', `${home}/.config`);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
  return home;
}
