import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isHosted } from '../engine/hosted-files.ts';
import { gitConfig } from './config.ts';
import { attempt, GitFailure, git } from './process.ts';
import { queryGit } from './query.ts';

/** The work tree around a path that need not exist yet, whoever owns it. Undefined too when git is not installed. */
export async function enclosingRepository(
  path: string,
): Promise<{ hasGit: boolean; top: string | undefined }> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  const { answer, code } = await queryGit(folder, (git) => git.revparse(['--show-toplevel']), {
    settings: ['safe.directory=*'],
  });
  return { hasGit: code !== undefined, top: answer };
}

/** Makes an empty repository on a branch, or on the one that the user's configuration names, else on main. */
export async function initRepository(folder: string, named?: string): Promise<void> {
  const wanted = named ?? (await gitConfig('init.defaultBranch')) ?? 'main';
  const branch = (await isBranchName(folder, wanted)) ? wanted : 'main';
  const { code, stderr } = await queryGit(folder, (git) => git.init(['--template=']), {
    settings: ['init.defaultBranch=main'],
  });
  if (code !== 0) throw new GitFailure('init', stderr);
  if (branch === 'main' && (await headBranch(folder)) === 'main') return;
  await git(folder, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]); // --initial-branch needs git 2.28
}

async function isBranchName(folder: string, name: string): Promise<boolean> {
  const usual = /^[a-z][a-z0-9]*$/.test(name) && name !== 'head';
  return usual || (await attempt(folder, ['check-ref-format', '--branch', name])).code === 0;
}

/** The branch into which a team merges: of the remote, of a repository without a commit, or the usual one that is there. */
export async function findDefaultBranch(path: string): Promise<string | undefined> {
  let folder = resolve(path);
  while (!existsSync(folder)) folder = dirname(folder);
  const ofRemote = await symbolicRef(folder, 'refs/remotes/origin/HEAD');
  if (ofRemote) return ofRemote.replace(/^refs\/remotes\/origin\//, '');
  const configured = await gitConfig('init.defaultBranch');
  const { code, stdout } = await attempt(folder, [
    'for-each-ref',
    '--format=%(refname)',
    'refs/heads',
    'refs/remotes/origin',
  ]);
  if (code !== 0) return configured;
  const refs = String(stdout).split('\n').filter(Boolean);
  if (refs.length === 0) return (await headBranch(folder)) ?? configured;
  const names = new Set(refs.map((ref) => ref.replace(/^refs\/(heads|remotes\/origin)\//, '')));
  const usual = [configured ?? 'main', 'main', 'master'].find((name) => names.has(name));
  return usual ?? (names.size === 1 ? [...names][0] : configured);
}

async function headBranch(folder: string): Promise<string | undefined> {
  return (await symbolicRef(folder, 'HEAD'))?.replace(/^refs\/heads\//, '');
}

async function symbolicRef(folder: string, name: string): Promise<string | undefined> {
  const { code, stdout } = await attempt(folder, ['symbolic-ref', '--quiet', name]);
  return code === 0 ? String(stdout).trim() : undefined;
}

/** Whether a repository has no commit yet. */
export async function isUnborn(folder: string): Promise<boolean> {
  const { answer } = await queryGit(folder, (git) => git.revparse(['--verify', 'HEAD']));
  return answer === undefined;
}

/** Whether a repository has nothing but these files, all committed, or no commit and some of them. */
export async function isFresh(folder: string, names: readonly string[]): Promise<boolean> {
  if (await isUnborn(folder)) return names.length > 0;
  const listed = await attempt(folder, ['ls-tree', '-r', '-z', '--name-only', 'HEAD']);
  const status = await attempt(folder, ['status', '--porcelain', '--untracked-files=no']);
  const paths = String(listed.stdout).split('\0').filter(Boolean);
  const isClean = status.code === 0 && status.stdout.length === 0;
  return isClean && paths.length > 0 && paths.every((path) => isHosted(path));
}

/** Whether git leaves a path out by one of its ignore rules. */
export async function isIgnored(folder: string, path: string): Promise<boolean> {
  const { answer } = await queryGit(folder, (git) => git.checkIgnore(path));
  return answer !== undefined;
}
