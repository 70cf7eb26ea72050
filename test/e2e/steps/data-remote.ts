import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openClone } from '../repository/clone.ts';
import { expectSame, readMetrics } from '../repository/metrics.ts';
import { expectMatch, expectRefused } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Data pushed to S3, pulled elsewhere',
  needs: 'The bucket that the step cloud applied.',
  proves:
    'Data goes to the bucket, a second clone pulls it and reproduces the run, and bad remotes are refused in one line.',
  scope: 'cloud',
  from: 2,
  requires: ['cloud'],
  run: moveData,
};

const COMMITTER = ['-c', 'user.name=End to End', '-c', 'user.email=e2e@example.com'];
const REPRO = 'uvx --from dvc==3.67.1 dvc repro';

/** To the bucket that `terraform apply` made; another clone pulls, and reproduces the run. */
async function moveData(workspace: Workspace): Promise<string> {
  const env = workspace.facts.cloud?.env;
  if (!env) throw new Failure('nothing was applied');
  await refuseBadRemotes(workspace, env);
  const pipeline = await readFile(join(workspace.clone, 'dvc.yaml'), 'utf8');
  await workspace.shell('uv run poe data-remote', { env });
  await workspace.shell(REPRO, { env });
  await workspace.run('git', ['add', '--', '.dvc', 'dvc.lock', 'data/schema.yaml', 'docs']);
  await workspace.run('git', [...COMMITTER, 'commit', '--quiet', '-m', 'Data with a remote']);
  // The run that is reproduced later is that of a commit.
  await workspace.shell('uv run poe train', { env });
  await expectInfrastructure(workspace);
  const sent = await workspace.shell('uv run poe data-push', { env });
  const moved = expectMatch(sent.stdout, /Uploaded (\d+ files, [\d.]+ k?M?B) to s3:/);
  expectMatch((await workspace.shell('uv run poe data-push', { env })).stdout, /Nothing to upload/);
  if ((await readFile(join(workspace.clone, 'dvc.yaml'), 'utf8')) !== pipeline) {
    throw new Failure('"poe data-remote" changed dvc.yaml');
  }
  await pullElsewhere(workspace, env);
  return moved;
}

/** The state is in a bucket by now; the run still records its outputs. */
async function expectInfrastructure(workspace: Workspace): Promise<void> {
  const manifest = await readFile(join(workspace.clone, 'reports', 'manifest.json'), 'utf8');
  expectMatch(manifest, /"outputs_sha256": "[0-9a-f]{64}"/);
}

async function pullElsewhere(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> {
  const cwd = await openClone(workspace, workspace.clone, 'elsewhere');
  const options = { cwd, env };
  const before = await workspace.shell('uv run poe data-status', options);
  expectMatch(before.stdout, /missing here.*"uv run poe data-pull"/);
  expectMatch(
    (await workspace.shell('uv run poe data-pull', options)).stdout,
    /Downloaded \d+ files/,
  );
  const after = await workspace.shell('uv run poe data-status', options);
  expectMatch(after.stdout, /Here: all of it\.\nAt s3:\S+ all of it\./);
  await workspace.shell('uv run poe evaluate', options);
  const here = await readMetrics(workspace.clone, 'reports/metrics.json');
  expectSame(
    here,
    await readMetrics(cwd, 'reports/metrics.json'),
    'with the model that was pulled',
  );
  const tracker = `sqlite:///${join(workspace.clone, 'mlflow.db')}`;
  const { run_id: id } = JSON.parse(
    await readFile(join(workspace.clone, 'reports', 'manifest.json'), 'utf8'),
  ) as { run_id: string };
  const again = { cwd, env: { ...env, MLFLOW_TRACKING_URI: tracker } };
  await workspace.shell(`uv run poe reproduce ${id}`, again);
  await rm(cwd, { recursive: true, force: true });
}

/** Each is one line and status 2, and .dvc/config stays as it was. */
async function refuseBadRemotes(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> {
  const nowhere = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['data-remote s3://no-such-bucket-anywhere/dvc', env, /make it first/],
    ['data-remote s3://bucket/dvc', nowhere, /cannot be reached/],
    ['data-remote s3://key:secret@bucket/dvc', env, /leave them out/],
    ['data-remote ftp://host/dvc', env, /Allowed: s3:/],
    ['data-push', env, /dvc repro/],
  ];
  const before = await readFile(join(workspace.clone, '.dvc', 'config'), 'utf8');
  for (const [task, where, cure] of cases) {
    await expectRefused(workspace, task, cure, { env: where });
  }
  if ((await readFile(join(workspace.clone, '.dvc', 'config'), 'utf8')) !== before) {
    throw new Failure('a refused "poe data-remote" changed .dvc/config');
  }
}
