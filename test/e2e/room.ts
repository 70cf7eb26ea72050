import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine/machine.ts';
import { run, runLine } from './machine/processes.ts';
import type { Room } from './step.ts';

/** A room with its own folders; nothing is written into it yet. */
export async function openRoom(
  machine: Machine,
  id: string,
  modality: string,
  phase: number,
): Promise<Room> {
  const scratch = join(machine.scratch, id.replace(/\W+/g, '-'));
  await mkdir(scratch, { recursive: true });
  // With a hyphen, so that name and package differ; images carry it, so no two rooms share one.
  const name = `my-${id.replace(/\W+/g, '-')}`;
  const clone = join(scratch, 'clone');
  const log = join(scratch, 'log.txt');
  const typed = new Set<string>();
  const base = { cwd: clone, env: machine.env, log };
  return {
    id,
    modality,
    phase,
    name,
    repository: join(scratch, name),
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
