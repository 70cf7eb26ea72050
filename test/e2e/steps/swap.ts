import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'trackers swapped, there and back',
  scope: 'once',
  needs: ['write'],
  from: 2,
  run: swap,
};

/** MLflow out, W&B in: it trains, `poe check` reads runs back; then MLflow again, to the byte. */
async function swap(room: Room): Promise<string> {
  const folder = join(room.scratch, 'swapped');
  const nimble = installedProgram(room.machine, 'nimble-ml');
  const inside = { cwd: folder };
  const answers = newArguments(room, folder);
  await room.machine.run(nimble, [...answers, '--skip-install'], {
    log: room.log,
  });
  const tree = async () =>
    (await room.run('git', ['rev-parse', 'HEAD^{tree}'], inside)).stdout.trim();
  const before = await tree();
  await room.run(nimble, ['swap', 'tracking', 'wandb', '--yes', '--skip-install'], inside);
  const started = performance.now();
  await room.type('uv run poe train', inside);
  await room.type('uv run poe check', inside);
  const seconds = (performance.now() - started) / 1000;
  await room.run(nimble, ['swap', 'tracking', 'mlflow', '--yes', '--skip-install'], inside);
  if ((await tree()) !== before) throw new Wrong('swapped there and back, the tree is another');
  await rm(folder, { recursive: true, force: true });
  return `trained and checked in ${seconds.toFixed(0)} s`;
}
