// What a command of a repository prints.
import { Failure, type Workspace } from '../step.ts';

/** What the pattern finds: its first group, or all of it. */
export function expectMatch(output: string, pattern: RegExp): string {
  const found = pattern.exec(output);
  if (!found) throw new Failure(`expected ${pattern}:\n${output}`);
  return found[1] ?? found[0];
}

/** A task that refuses: one line that says what to do, and exit code 2. */
export async function expectRefused(
  workspace: Workspace,
  task: string,
  cure: RegExp,
  where: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<void> {
  const line = `uv run poe -q ${task}`;
  const { code, output } = await workspace.shell(line, { ...where, mayFail: true });
  const printed = output.trim();
  if (code !== 2 || !cure.test(printed) || printed.includes('\n'))
    throw new Failure(
      `"${line}" should print ${cure} in one line and exit with 2, not ${code}:\n${printed}`,
    );
}
