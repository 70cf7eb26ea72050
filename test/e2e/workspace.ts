import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine/machine.ts';
import { run, runLine } from './machine/processes.ts';
import { PLAN_PARTS } from './plan.ts';
import type { Workspace, WorkspaceSpec } from './step.ts';

/** A workspace with its own folders; nothing is written into it yet. */
export async function openWorkspace(
  machine: Machine,
  spec: WorkspaceSpec,
  isPlan: boolean,
): Promise<Workspace> {
  const folder = spec.id.replace(/\W+/g, '-');
  const scratch = join(machine.scratch, folder);
  await mkdir(scratch, { recursive: true });
  // With a hyphen, so that name and package differ; images carry it, so no two workspaces share one.
  const name = `my-${folder}`;
  const clone = join(scratch, 'clone');
  const log = join(scratch, 'log.txt');
  const linesRun = new Set<string>();
  const base = { cwd: clone, env: machine.env, log };
  return {
    ...spec,
    name,
    repository: join(scratch, name),
    clone,
    scratch,
    log,
    machine,
    partsOf: (step, parts) => {
      const planned = isPlan ? PLAN_PARTS[step] : undefined;
      return parts.filter((part) => planned?.includes(part) ?? true);
    },
    facts: { linesRun },
    run: (file, args, options) => run(file, args, { ...base, ...options }),
    shell: async (line, options) => {
      const outcome = await runLine(line, { ...base, ...options });
      if (outcome.code === 0) linesRun.add(line);
      return outcome;
    },
  };
}
