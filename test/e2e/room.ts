import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine/machine.ts';
import { run, runLine } from './machine/processes.ts';
import type { Room } from './step.ts';

/** The name of every repository: with a hyphen, so that name and package differ. */
export const NAME = 'first-minute';

/** A room with its own folders; nothing is written into it yet. */
export async function openRoom(
  machine: Machine,
  id: string,
  modality: string,
  phase: number,
): Promise<Room> {
  const scratch = join(machine.scratch, id.replace(/\W+/g, '-'));
  await mkdir(scratch, { recursive: true });
  const clone = join(scratch, 'clone');
  const log = join(scratch, 'log.txt');
  const typed = new Set<string>();
  const base = { cwd: clone, env: machine.env, log };
  return {
    id,
    modality,
    phase,
    repository: join(scratch, NAME),
    clone,
    scratch,
    log,
    machine,
    facts: { typed },
    run: (file, args, options) => run(file, args, { ...base, ...options }),
    type: async (line, options) => {
      const outcome = await runLine(line, { ...base, ...options });
      if (outcome.code === 0) typed.add(line);
      return outcome;
    },
  };
}
