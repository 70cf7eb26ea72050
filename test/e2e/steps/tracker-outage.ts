import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { answers, freePort } from '../machine/ports.ts';
import { type Server, start, startLine } from '../machine/processes.ts';
import { openClone } from '../repository/clone.ts';
import { expectSame, readMetrics } from '../repository/metrics.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Tracker lost during training',
  needs: 'A trained clone.',
  proves:
    'A training whose tracker is lost ends in one line and status 2 with a whole model, and with the tracker back the metrics are the same.',
  requires: ['train'],
  run: loseTracker,
};

/** One line and status 2, and a model with its manifest; with the tracker back, the same metrics. */
async function loseTracker(workspace: Workspace): Promise<undefined> {
  const cwd = await openClone(workspace, workspace.clone, 'tracker-outage');
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const tries = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1' };
  const env = { ...workspace.machine.env, ...tries, MLFLOW_TRACKING_URI: address };
  const before = await openTracker(workspace, cwd, port);
  const options = { cwd, env, log: workspace.log };
  const training = startLine('uv run poe -q train', options);
  await untilTraining(address, training).finally(() => before.stop());
  const { code, output } = await training.ended;
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 2 || output.includes('Traceback') || !last.includes(`by the tracker at ${address}`))
    throw new Failure(`a training whose tracker is lost ends in ${code}:\n${output.slice(-3000)}`);
  await expectWhole(cwd);
  const after = await openTracker(workspace, cwd, port);
  await workspace.shell('uv run poe train', options).finally(() => after.stop());
  expectSame(
    workspace.facts.trained ?? {},
    await readMetrics(cwd, 'reports/train.json'),
    'with a tracker that is back',
  );
  await rm(cwd, { recursive: true, force: true });
  return undefined;
}

/** A server of the repository's own MLflow, with its files in the clone. */
async function openTracker(workspace: Workspace, cwd: string, port: number): Promise<Server> {
  const words = ['run', 'mlflow', 'server', '--workers', '1'];
  const where = ['--host', '127.0.0.1', '--port', String(port)];
  const { env } = workspace.machine;
  const server = start(workspace.machine.uv, [...words, ...where], {
    cwd,
    env,
    log: workspace.log,
  });
  const page = `http://127.0.0.1:${port}/health`;
  for (let tries = 0; tries < 300 && !(await answers(page)); tries += 1) await setTimeout(200);
  return server;
}

/** Waits until the tracker knows a run and its data: what follows is the training. */
async function untilTraining(address: string, training: Server): Promise<void> {
  let isOver = false;
  training.ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const reply = await fetch(`${address}/api/2.0/mlflow/runs/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ experiment_ids: ['1'] }),
    });
    if ((await reply.text()).includes('"dataset_inputs"')) return;
    await setTimeout(50);
  }
  throw new Failure(`the training was over first:\n${training.output()}`);
}

/** What was written belongs together: the manifest names the bytes of the model. */
async function expectWhole(cwd: string): Promise<void> {
  const manifest = await readFile(join(cwd, 'reports', 'manifest.json'), 'utf8');
  const { artifacts } = JSON.parse(manifest) as { artifacts: Record<string, string> };
  for (const [path, hash] of Object.entries(artifacts)) {
    const bytes = await readFile(join(cwd, path));
    if (createHash('sha256').update(bytes).digest('hex') !== hash)
      throw new Failure(`"${path}" is not what the manifest names`);
  }
}
