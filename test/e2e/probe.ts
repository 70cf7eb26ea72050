// Short Python programs of the harness, run in the repository's own environment.
import { join } from 'node:path';
import type { Room } from './step.ts';

export function probePath(probe: string): string {
  return join(import.meta.dirname, 'probes', probe);
}

/** What a probe prints last is the word for the table. */
export async function runProbe(room: Room, probe: string, ...args: string[]): Promise<string> {
  const { stdout } = await room.run(room.machine.uv, ['run', 'python', probePath(probe), ...args]);
  return stdout.trim().split('\n').at(-1) ?? '';
}
