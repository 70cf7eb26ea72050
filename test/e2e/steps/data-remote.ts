import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openClone } from '../repository/clone.ts';
import { expectSame, readMetrics } from '../repository/metrics.ts';
import { expectRefused, expectWords } from '../repository/said.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'data pushed, pulled elsewhere',
  scope: 'once',
  from: 2,
  needs: ['cloud'],
  run: moveData,
};

const COMMITTER = ['-c', 'user.name=End to End', '-c', 'user.email=e2e@example.com'];
const REPRO = 'uvx --from dvc==3.67.1 dvc repro';

/** To the bucket that `terraform apply` made; a colleague's clone pulls, and makes the run again. */
async function moveData(room: Room): Promise<string> {
  const env = room.facts.cloud?.env;
  if (!env) throw new Wrong('nothing was applied');
  await refuseNonsense(room, env);
  const pipeline = await readFile(join(room.clone, 'dvc.yaml'), 'utf8');
  await room.type('uv run poe data-remote', { env });
  await room.type(REPRO, { env });
  await room.run('git', ['add', '--', '.dvc', 'dvc.lock', 'data/schema.yaml', 'docs']);
  await room.run('git', [...COMMITTER, 'commit', '--quiet', '-m', 'Data with a remote']);
  // The run that is made again later is that of a commit.
  await room.type('uv run poe train', { env });
  await expectInfrastructure(room);
  const sent = await room.type('uv run poe data-push', { env });
  const moved = expectWords(sent.stdout, /Sent (\d+ files, [\d.]+ k?M?B), to s3:/);
  expectWords((await room.type('uv run poe data-push', { env })).stdout, /Nothing to send/);
  if ((await readFile(join(room.clone, 'dvc.yaml'), 'utf8')) !== pipeline) {
    throw new Wrong('"poe data-remote" changed dvc.yaml');
  }
  await pullElsewhere(room, env);
  return moved;
}

/** The state is in a bucket by now; the run knows what it says all the same. */
async function expectInfrastructure(room: Room): Promise<void> {
  const manifest = await readFile(join(room.clone, 'reports', 'manifest.json'), 'utf8');
  expectWords(manifest, /"outputs_sha256": "[0-9a-f]{64}"/);
}

async function pullElsewhere(room: Room, env: NodeJS.ProcessEnv): Promise<void> {
  const cwd = await openClone(room, room.clone, 'elsewhere');
  const options = { cwd, env };
  const before = await room.type('uv run poe data-status', options);
  expectWords(before.stdout, /missing here.*"uv run poe data-pull"/);
  expectWords((await room.type('uv run poe data-pull', options)).stdout, /Brought \d+ files/);
  const after = await room.type('uv run poe data-status', options);
  expectWords(after.stdout, /Here: all of it\.\nAt s3:\S+ all of it\./);
  await room.type('uv run poe evaluate', options);
  const here = await readMetrics(room.clone, 'reports/metrics.json');
  expectSame(
    here,
    await readMetrics(cwd, 'reports/metrics.json'),
    'with the model that was pulled',
  );
  const tracker = `sqlite:///${join(room.clone, 'mlflow.db')}`;
  const { run_id: id } = JSON.parse(
    await readFile(join(room.clone, 'reports', 'manifest.json'), 'utf8'),
  ) as { run_id: string };
  const again = { cwd, env: { ...env, MLFLOW_TRACKING_URI: tracker } };
  await room.type(`uv run poe reproduce ${id}`, again);
  await rm(cwd, { recursive: true, force: true });
}

/** Each is one line and status 2, and .dvc/config stays as it was. */
async function refuseNonsense(room: Room, env: NodeJS.ProcessEnv): Promise<void> {
  const nowhere = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['data-remote s3://no-such-bucket-anywhere/dvc', env, /make it first/],
    ['data-remote s3://bucket/dvc', nowhere, /cannot be reached/],
    ['data-remote s3://key:word@bucket/dvc', env, /leave them out/],
    ['data-remote ftp://host/dvc', env, /Allowed: s3:/],
    ['data-push', env, /dvc repro/],
  ];
  const before = await readFile(join(room.clone, '.dvc', 'config'), 'utf8');
  for (const [words, where, cure] of cases) {
    await expectRefused(room, words, cure, { env: where });
  }
  if ((await readFile(join(room.clone, '.dvc', 'config'), 'utf8')) !== before) {
    throw new Wrong('a refused "poe data-remote" changed .dvc/config');
  }
}
