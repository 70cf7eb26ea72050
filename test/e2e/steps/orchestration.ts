import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { runFlow } from '../repository/prefect-flow.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Airflow in place of the schedule in CI, and back',
  needs: 'Airflow and Prefect from the Python index.',
  proves:
    'After "swap orchestration airflow" Airflow loads the DAG with the steps of the pipeline and, nightly, runs it; swapping back restores every byte, and nightly a server of Prefect runs its flow, too.',
  scope: 'tooling',
  requires: ['write'],
  from: 3,
  run: swapOrchestration,
};

const SAVE = [
  '-c',
  'user.name=Grace Hopper',
  '-c',
  'user.email=grace@example.com',
  'commit',
  '-qam',
];
/** What Airflow writes next to the files of the block. */
const WRITTEN = ['.airflow', 'orchestration/.venv', 'orchestration/uv.lock'];

async function swapOrchestration(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'orchestration');
  const inside = { cwd: folder };
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const swap = (to: string) =>
    workspace.run(nimble, ['swap', 'orchestration', to, '--yes', '--skip-install'], inside);
  const tree = async () =>
    (await workspace.run('git', ['rev-parse', 'HEAD^{tree}'], inside)).stdout.trim();
  const answers = [...newArguments(workspace, folder), '--skip-install'];
  await workspace.machine.run(nimble, answers, { log: workspace.log });
  await workspace.run('sed', ['-i', 's/^retries: 2/retries: 3/', 'pipeline.yaml'], inside);
  await workspace.run('git', [...SAVE, 'What a user did'], inside);
  const before = await tree();
  await swap('airflow');
  const started = performance.now();
  const steps = await loadDag(workspace, folder);
  const parts = workspace.partsOf('orchestration', ['loaded', 'run', 'prefect']);
  if (parts.includes('run')) await runDag(workspace, folder, steps);
  if (parts.includes('prefect')) await runFlow(workspace);
  const seconds = (performance.now() - started) / 1000;
  await workspace.run('git', ['checkout', '--quiet', '.'], inside);
  // While they are there, the rule of .gitignore that covers them stays.
  for (const path of WRITTEN) await rm(join(folder, path), { recursive: true, force: true });
  await swap('ci');
  if ((await tree()) !== before) throw new Failure('swapped there and back, the tree is another');
  await rm(folder, { recursive: true, force: true });
  return `${steps.length} tasks, ${parts.join(' and ')} in ${seconds.toFixed(0)} s`;
}

/** The tasks of the DAG, as Airflow lists them, are the steps of the pipeline. */
async function loadDag(workspace: Workspace, cwd: string): Promise<string[]> {
  const { stdout } = await workspace.shell('uv run poe -q pipeline --list', { cwd });
  const steps = stdout.trim().split('\n');
  await workspace.shell('uv run poe -q airflow dags reserialize', { cwd });
  const listed = await workspace.shell('uv run poe -q airflow tasks list pipeline', { cwd });
  const tasks = listed.stdout.split('\n').filter((line) => steps.includes(line));
  if (tasks.sort().join() !== [...steps].sort().join())
    throw new Failure(`the tasks are not the steps ${steps.join(', ')}:\n${listed.output}`);
  return steps;
}

/** Once every step runs, and the second time none; both are one run each for the reliability. */
async function runDag(workspace: Workspace, cwd: string, steps: readonly string[]): Promise<void> {
  for (const expected of ['runs, because it has not been done here', 'up to date']) {
    const { output } = await workspace.shell('uv run poe -q airflow dags test pipeline', { cwd });
    for (const name of steps) {
      if (!output.includes(`${name}: ${expected}`))
        throw new Failure(`"${name}: ${expected}" is not in the log:\n${output}`);
    }
    if (!/DagRun Finished: .*state=success/.test(output))
      throw new Failure(`the DAG did not succeed:\n${output}`);
  }
  const { stdout } = await workspace.shell('uv run poe reliability', { cwd });
  if (!stdout.includes('0 of 2 runs failed')) throw new Failure(`not two runs:\n${stdout}`);
}
