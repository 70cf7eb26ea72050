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
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    ...keptSettings(process.env),
    LC_ALL: 'C',
  };
}

/** Settings in the environment that say who the user is and which folders they trust; others could change what we do. */
const KEPT = /^((user|author|committer)\.(name|email)|init\.defaultbranch|safe\.directory)$/i;

/** Those settings as git reads them from the environment. */
function keptSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const settings = [...countedSettings(env), ...parameters(env.GIT_CONFIG_PARAMETERS ?? '')];
  const kept = settings.filter(([key]) => KEPT.test(key));
  if (kept.length === 0) return {};
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(kept.length)],
    ...kept.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]);
}

type Setting = readonly [key: string, value: string];

/** `GIT_CONFIG_KEY_0` and `GIT_CONFIG_VALUE_0`, as many as `GIT_CONFIG_COUNT` says. */
function countedSettings(env: NodeJS.ProcessEnv): Setting[] {
  const count = Math.min(Number(env.GIT_CONFIG_COUNT) || 0, 1000);
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    return [env[`GIT_CONFIG_KEY_${index}`] ?? '', env[`GIT_CONFIG_VALUE_${index}`] ?? ''] as const;
  });
}

/** What `git -c` hands to the programs it starts: `'key'='value'`, and `'key=value'` before git 2.31. */
function parameters(text: string): Setting[] {
  const quoted = `'((?:[^']|'\\\\[!']')*)'`;
  const pattern = new RegExp(`(?:^|\\s)${quoted}(?:=(?:${quoted})?)?(?=\\s|$)`, 'g');
  return [...text.matchAll(pattern)].map(([, first = '', second]) => {
    const [key, value] = [first, second].map((one) => one?.replace(/'\\([!'])'/g, '$1'));
    if (value !== undefined) return [key ?? '', value] as const;
    const at = (key ?? '').indexOf('=');
    return at < 0
      ? ([key ?? '', 'true'] as const)
      : [key?.slice(0, at) ?? '', key?.slice(at + 1) ?? ''];
  });
}
