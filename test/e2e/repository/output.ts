// What a command of a repository says to its user.
import { Failure, type Workspace } from '../step.ts';

/** What the pattern finds: its first group, or all of it. */
export function expectMatch(said: string, words: RegExp): string {
  const found = words.exec(said);
  if (!found) throw new Failure(`expected ${words}:\n${said}`);
  return found[1] ?? found[0];
}

/** A task that refuses: one line that holds the cure, and status 2. */
export async function expectRefused(
  workspace: Workspace,
  words: string,
  cure: RegExp,
  where: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const line = `uv run poe -q ${words}`;
  const { code, output } = await workspace.shell(line, { ...where, mayFail: true });
  const said = output.trim();
  if (code !== 2 || !cure.test(said) || said.includes('\n'))
    throw new Failure(`"${line}" should say ${cure} in a line and end in 2, not ${code}:\n${said}`);
}
