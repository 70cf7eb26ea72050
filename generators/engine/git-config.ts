import { simpleGit } from 'simple-git';

/** A value of the user's git configuration, if git is there and has it. */
export async function gitConfig(key: string): Promise<string | undefined> {
  try {
    return (await simpleGit({ config: [] }).getConfig(key)).value || undefined;
  } catch {
    return undefined;
  }
}
