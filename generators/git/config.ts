import { gitEnvironment } from './environment.ts';
import { queryGit } from './query.ts';

type Key = 'user.name' | 'user.email' | 'author.name' | 'author.email' | 'init.defaultBranch';

/** A value of the user's git configuration, if git is there and has it. All are read at once. */
export async function gitConfig(key: Key): Promise<string | undefined> {
  const context = JSON.stringify([process.cwd(), gitEnvironment()]);
  if (read?.context !== context) read = { context, values: readConfig() };
  return [(await read.values)[key.toLowerCase()] ?? []].flat().at(-1) || undefined;
}

let read: { context: string; values: ReturnType<typeof readConfig> } | undefined;

async function readConfig(): Promise<Record<string, string | string[]>> {
  const { answer } = await queryGit('.', (git) => git.listConfig());
  return answer?.all ?? {};
}
