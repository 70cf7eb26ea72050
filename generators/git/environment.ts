import { join } from 'node:path';

/** Options before every git command: settings of the user that would change or stop what we do. */
export const SETTINGS: readonly string[] = [
  `core.hooksPath=${join('.git', 'no-hooks')}`,
  'core.fsmonitor=false',
  'core.quotePath=false',
  'core.splitIndex=false',
  'color.ui=false',
  'submodule.recurse=false',
];

/** The environment without variables that point git elsewhere; who commits and which configuration stay the user's. */
export function gitEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([key]) =>
      !key.startsWith('GIT_') ||
      /^GIT_(AUTHOR|COMMITTER|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)$)/.test(key),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), LC_ALL: 'C' };
}
