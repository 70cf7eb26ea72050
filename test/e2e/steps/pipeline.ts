import { rm } from 'node:fs/promises';
import { scriptPath } from '../python-script.ts';
import { openClone } from '../repository/clone.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Pipeline, twice, killed and continued',
  needs: 'A clone with its environment.',
  proves:
    'poe pipeline runs every step once and none the second time, refuses a second one at the same time, and after kill -9 continues and ends with the same bytes.',
  requires: ['sync'],
  from: 3,
  run: runPipeline,
};

/** Where `kill -9` ends the pipeline; the plan has the first only. */
const POINTS: Readonly<Record<string, readonly string[]>> = {
  train: ['train:middle'],
  'every point': ['all', 'train:term'],
};

async function runPipeline(workspace: Workspace): Promise<string> {
  const cwd = await openClone(workspace, workspace.clone, 'pipeline');
  const run = async (line: string, expected: string) => {
    const { output } = await workspace.shell(line, { cwd });
    if (!output.includes(expected)) {
      throw new Failure(`"${line}" does not print "${expected}":\n${output}`);
    }
  };
  await run('uv run poe pipeline --dry-run', 'data: would run, because it has not been done here');
  await run('uv run poe pipeline', 'evaluate: runs, because it has not been done here');
  await run('uv run poe pipeline --trigger again', 'nothing has changed, so nothing was run');
  await run('uv run poe reliability', 'success rate             100%');
  const parts = workspace.partsOf('pipeline', Object.keys(POINTS));
  const points = parts.flatMap((part) => pointsOf(part, workspace));
  const { stdout } = await workspace.run(
    workspace.machine.uv,
    ['run', 'python', scriptPath('crash_points.py'), ...points],
    { cwd },
  );
  await rm(cwd, { recursive: true, force: true });
  return stdout.trim().split('\n').at(-1) ?? '';
}

/** Every point of every step takes an hour: one modality has them all, the others the end of each step. */
function pointsOf(part: string, { modality }: Workspace): readonly string[] {
  const points = POINTS[part] ?? [];
  return modality === 'tabular'
    ? points
    : points.map((point) => (point === 'all' ? 'steps' : point));
}
