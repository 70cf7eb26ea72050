import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFolder } from './tree.ts';
import type { Fixture } from './trial.ts';

/** The files that are the generator's own. */
const OWN = ['.yo-rc.json', '.nimble-ml.lock.json'];

/** A step that a repository is raised by. */
export interface Step {
  modality: string;
  from: number;
  to: number;
}

/** How the bin is run: its path, an environment, and flags that every command gets. */
export interface Bin {
  path: string;
  env: Record<string, string | undefined>;
  flags?: readonly string[];
}

/** A repository of the step's first phase, what a new one of the second holds, and the command between them. */
export async function makeFixture(
  bin: Bin,
  workspace: string,
  { modality, from, to }: Step,
): Promise<Fixture> {
  const write = async (phase: number) => {
    const folder = join(workspace, `${modality}-${from}-${to}`, `phase-${phase}`, 'churn');
    const args = ['new', folder, '--name=churn', `--modality=${modality}`, `--phase=${phase}`];
    const { code, stderr } = await runOnce(bin, [...args, '--yes', '--skip-install'], workspace);
    if (code !== 0) throw new Error(`a ${modality} repository of phase ${phase}: ${stderr}`);
    return folder;
  };
  const folder = await write(from);
  return {
    title: `${modality} ${from} → ${to}`,
    folder,
    base: readFolder(folder),
    incoming: readFolder(await write(to)),
    own: OWN,
    raise: (copy) => runOnce(bin, ['phase', String(to), '--yes', '--skip-install'], copy),
  };
}

/** Every step up from every phase. */
export function stepsBetween(modalities: readonly string[], phases: readonly number[]): Step[] {
  return modalities.flatMap((modality) =>
    phases.flatMap((from) =>
      phases.filter((to) => to > from).map((to) => ({ modality, from, to })),
    ),
  );
}

async function runOnce({ path, env, flags = [] }: Bin, args: readonly string[], cwd: string) {
  try {
    const options = { cwd, env: env as NodeJS.ProcessEnv, maxBuffer: 1 << 26 };
    await promisify(execFile)(process.execPath, [path, ...args, ...flags], options);
    return { code: 0, stderr: '' };
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: unknown };
    return { code: typeof code === 'number' ? code : undefined, stderr: String(stderr ?? error) };
  }
}
