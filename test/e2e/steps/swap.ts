import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Tracker swapped and swapped back',
  needs: 'The packed generator.',
  proves:
    'With W&B in place of MLflow the repository trains and passes poe check, and swapping back restores every byte.',
  scope: 'tooling',
  requires: ['write'],
  from: 2,
  run: swap,
};

/** MLflow out, W&B in: it trains, `poe check` reads runs back; then MLflow again, to the byte. */
async function swap(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'swapped');
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const inside = { cwd: folder };
  const answers = newArguments(workspace, folder);
  await workspace.machine.run(nimble, [...answers, '--skip-install'], {
    log: workspace.log,
  });
  const tree = async () =>
    (await workspace.run('git', ['rev-parse', 'HEAD^{tree}'], inside)).stdout.trim();
  const before = await tree();
  await workspace.run(nimble, ['swap', 'tracking', 'wandb', '--yes', '--skip-install'], inside);
  const started = performance.now();
  await workspace.shell('uv run poe train', inside);
  await workspace.shell('uv run poe check', inside);
  const seconds = (performance.now() - started) / 1000;
  // While runs are there, the rule of .gitignore that covers them stays.
  await rm(join(folder, 'wandb'), { recursive: true });
  await workspace.run(nimble, ['swap', 'tracking', 'mlflow', '--yes', '--skip-install'], inside);
  if ((await tree()) !== before) throw new Failure('swapped there and back, the tree is another');
  await rm(folder, { recursive: true, force: true });
  return `trained and checked in ${seconds.toFixed(0)} s`;
}
