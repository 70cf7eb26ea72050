import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { gitConfig } from './config.ts';
import { attempt, GitFailure } from './process.ts';
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

/** Makes an empty repository, on the branch the user's configuration names, else on main. */
export async function initRepository(folder: string): Promise<void> {
  const wanted = (await gitConfig('init.defaultBranch')) ?? 'main';
  const usual = /^[a-z][a-z0-9]*$/.test(wanted) && wanted !== 'head';
  const allowed =
    usual || (await attempt(folder, ['check-ref-format', '--branch', wanted])).code === 0;
  const branch = allowed ? wanted : 'main';
  const { code, stderr } = await queryGit(folder, (git) =>
    git.init(['--template=', `--initial-branch=${branch}`]),
  );
  if (code !== 0) throw new GitFailure('init', stderr);
}

/** Whether a repository has no commit yet. */
export async function isUnborn(folder: string): Promise<boolean> {
  const { answer } = await queryGit(folder, (git) => git.revparse(['--verify', 'HEAD']));
  return answer === undefined;
}

/** Whether git leaves a path out by one of its ignore rules. */
export async function isIgnored(folder: string, path: string): Promise<boolean> {
  const { answer } = await queryGit(folder, (git) => git.checkIgnore(path));
  return answer !== undefined;
}
