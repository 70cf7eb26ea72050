// Short Python programs of the harness, run in the repository's own environment.
import { join } from 'node:path';
import type { Workspace } from './step.ts';

export function scriptPath(probe: string): string {
  return join(import.meta.dirname, 'scripts', probe);
}

/** What a probe prints last is the word for the table. */
export async function runScript(
  workspace: Workspace,
  probe: string,
  ...args: string[]
): Promise<string> {
  const { stdout } = await workspace.run(workspace.machine.uv, [
    'run',
    'python',
    scriptPath(probe),
    ...args,
  ]);
  return stdout.trim().split('\n').at(-1) ?? '';
}
