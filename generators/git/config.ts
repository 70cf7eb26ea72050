import { splitFields } from './path-bytes.ts';
import { attempt } from './process.ts';

const KEYS = ['user.name', 'user.email', 'init.defaultBranch'] as const;

/** A value of the user's git configuration, if git is there and has it. All are read at once. */
export async function gitConfig(key: (typeof KEYS)[number]): Promise<string | undefined> {
  const place = JSON.stringify([process.cwd(), process.env.HOME, process.env.GIT_CONFIG_GLOBAL]);
  if (read?.place !== place) read = { place, values: readConfig() };
  return (await read.values).get(key.toLowerCase()) || undefined;
}

let read: { place: string; values: Promise<Map<string, string>> } | undefined;

async function readConfig(): Promise<Map<string, string>> {
  const pattern = `^(${KEYS.join('|').replaceAll('.', '\\.').toLowerCase()})$`;
  const { stdout } = await attempt('.', ['config', '-z', '--get-regexp', pattern]);
  return new Map(
    splitFields(stdout).map((field) => {
      const [, key = '', value = ''] = /^([^\n]*)\n?(.*)$/s.exec(field.toString('utf8')) ?? [];
      return [key, value];
    }),
  );
}
