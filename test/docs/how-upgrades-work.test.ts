import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedPackage, runBin } from '../support/bin.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/how-upgrades-work.md'), 'utf8');

/** The commands of each `sh` fence, in the order of the page. */
const [LOOK = [], FINISH = [], GO_BACK = []] = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, block = '']) => block.trim().split('\n'),
);
const MINE = 'What we say of it ourselves.';

/** Runs a line of the page; where it would ask, a test takes the defaults. */
async function follow(line: string, cwd: string): Promise<string> {
  const [program = '', ...args] = line.split(/\s+/);
  if (program === 'cd') return join(cwd, args[0] ?? '');
  if (program === 'git') {
    git(cwd, '-c', 'user.name=Grace', '-c', 'user.email=g@h.i', ...args);
    return cwd;
  }
  expect(program).toBe('nimble-ml');
  const defaults = args[0] === 'status' ? [] : ['--yes'];
  const ended = await runBin(installedPackage(), [...args, ...defaults], { cwd });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return cwd;
}

/** A repository of phase 1 that says something else where phase 2 says something new: stopped at a conflict. */
async function stopped(): Promise<string> {
  const cwd = join(temporaryFolder(), 'churn');
  await runBin(installedPackage(), ['new', cwd, '--yes', '--skip-install']);
  const fresh = join(temporaryFolder(), 'churn');
  const args = ['new', fresh, '--yes', '--skip-install', '--phase=2', '--skip-git'];
  await runBin(installedPackage(), args);
  const later = [...readFiles(fresh).keys()].find((path) => !readFiles(cwd).has(path)) ?? '';
  writeFiles(cwd, { [later]: `${MINE}\n` });
  for (const line of ['git add -A', 'git commit --quiet -m Mine']) await follow(line, cwd);
  const { code, stderr } = await runBin(installedPackage(), ['phase', '2', '--yes'], { cwd });
  expect(code, stderr).toBe(1);
  return cwd;
}

describe('docs/how-upgrades-work.md, followed to the letter', () => {
  test('its first commands raise a new repository to phase 2', async () => {
    let cwd = temporaryFolder();
    for (const line of LOOK) cwd = await follow(line, cwd);
    const state = JSON.parse(String(readFiles(cwd).get('.yo-rc.json')));
    expect(state['generator-nimble-ml'].phase).toBe(2);
    expect(git(cwd, 'status', '--porcelain')).toBe('');
  });

  test('its two ways out of a conflict finish it, or go back', async () => {
    const finished = await stopped();
    for (const line of FINISH) await follow(line, finished);
    expect(git(finished, 'status', '--porcelain')).toBe('');
    expect(git(finished, 'grep', '-l', MINE)).not.toBe('');
    const back = await stopped();
    const before = git(back, 'rev-parse', 'HEAD');
    for (const line of GO_BACK) await follow(line, back);
    expect(git(back, 'status', '--porcelain')).toBe('');
    expect(git(back, 'rev-parse', 'HEAD')).toBe(before);
  });

  test('its other commands are scripts of this project', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = [...PAGE.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
