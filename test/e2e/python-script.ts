// Short Python scripts of the harness, run in the repository's own environment.
import { join } from 'node:path';
import type { Workspace } from './step.ts';

export function scriptPath(script: string): string {
  return join(import.meta.dirname, 'scripts', script);
}

/** The last line that the script prints is the note for the table. */
export async function runScript(
  workspace: Workspace,
  script: string,
  ...args: string[]
): Promise<string> {
  const { stdout } = await workspace.run(workspace.machine.uv, [
    'run',
    'python',
    scriptPath(script),
    ...args,
  ]);
  return stdout.trim().split('\n').at(-1) ?? '';
}
