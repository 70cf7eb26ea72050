// What a command of a repository says to its user.
import { type Room, Wrong } from '../step.ts';

/** What the pattern finds: its first group, or all of it. */
export function expectWords(said: string, words: RegExp): string {
  const found = words.exec(said);
  if (!found) throw new Wrong(`expected ${words}:\n${said}`);
  return found[1] ?? found[0];
}

/** A task that refuses: one line that holds the cure, and status 2. */
export async function expectRefused(
  room: Room,
  words: string,
  cure: RegExp,
  where: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const line = `uv run poe -q ${words}`;
  const { code, output } = await room.type(line, { ...where, mayFail: true });
  const said = output.trim();
  if (code !== 2 || !cure.test(said) || said.includes('\n'))
    throw new Wrong(`"${line}" should say ${cure} in a line and end in 2, not ${code}:\n${said}`);
}
