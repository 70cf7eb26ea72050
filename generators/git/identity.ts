import { Refusal } from '../engine/errors.ts';
import { attempt, GitFailure, readId } from './process.ts';

/** Who commits when git has no name and address. */
export interface Identity {
  name: string;
  email: string;
}

export interface CommitRequest {
  tree: string;
  parents: readonly string[];
  message: string;
  fallback: Identity;
}

/** Makes a commit object in the user's name, or the fallback's where none is configured. What git would guess does not count. */
export async function makeCommit(folder: string, request: CommitRequest): Promise<string> {
  const { tree, parents, message, fallback } = request;
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  const input = `${message}\n`;
  const made = await attempt(folder, ['-c', 'user.useConfigOnly=true', ...args], { input });
  if (made.code === 0) return readId('commit-tree', made.stdout);
  checkDates(made.stderr);
  if (!/ident|name|email/i.test(made.stderr)) throw new GitFailure('commit-tree', made.stderr);
  const env = await identityEnvironment(folder, fallback);
  const named = await attempt(folder, args, { input, env });
  if (named.code === 0) return readId('commit-tree', named.stdout);
  checkDates(named.stderr);
  throw new GitFailure('commit-tree', named.stderr);
}

/** Refuses with the variable that git does not take. */
function checkDates(stderr: string): void {
  const refused = /invalid date format: (.*)/.exec(stderr)?.[1];
  if (refused === undefined) return;
  const named = ['GIT_AUTHOR_DATE', 'GIT_COMMITTER_DATE'].find(
    (name) => process.env[name] === refused,
  );
  throw new Refusal(
    `${named ?? 'A date'} is "${refused}", which git does not take. Unset it, or give a date from 1970 to 2099 such as 2026-01-31T12:00:00Z.`,
  );
}

async function identityEnvironment(
  folder: string,
  fallback: Identity,
): Promise<Record<string, string>> {
  const { name, email } = nameable(fallback);
  const variables: Record<string, string> = {};
  for (const role of ['AUTHOR', 'COMMITTER']) {
    const asked = ['-c', 'user.useConfigOnly=true', 'var', `GIT_${role}_IDENT`];
    if ((await attempt(folder, asked)).code === 0) continue;
    variables[`GIT_${role}_NAME`] = name;
    variables[`GIT_${role}_EMAIL`] = email;
  }
  return variables;
}

/** git drops blanks and punctuation round a name, and refuses one of nothing else. */
function nameable({ name, email }: Identity): Identity {
  return { name: /[^\s.,:;<>"'\\]/.test(name) ? name : 'The authors', email };
}
