import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPostgres } from '../machine/postgres.ts';
import { installTracking, whileTracking } from '../machine/tracking-server.ts';
import { listBucket, openVm, type Vm } from '../machine/vm.ts';
import { expectMatch, expectRefused } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Tracking server on PostgreSQL',
  needs: 'PostgreSQL, and the infrastructure that the step cloud applied.',
  proves:
    'The tracking server of the VM works on PostgreSQL with a password, a run is reproduced from it, and its model is registered there.',
  scope: 'cloud',
  from: 2,
  requires: ['cloud'],
  after: ['vm', 'data-remote'],
  run: track,
};

/** The server as the VM starts it, with PostgreSQL: a training, read back and reproduced. */
async function track(workspace: Workspace): Promise<string> {
  const cloud = workspace.facts.cloud;
  if (!cloud) throw new Failure('nothing was applied');
  const database = await openPostgres(workspace);
  try {
    const env = { ...cloud.env, TF_VAR_tracking_database: 'postgres' };
    const vm = await openVm(workspace, { ...cloud, env });
    await installTracking(workspace, vm);
    await keepAddress(workspace, vm, database.url);
    const inside = await whileTracking(workspace, vm, (variables) =>
      trainAndReproduce(workspace, variables),
    );
    const runs = Number(await database.ask('select count(*) from runs'));
    if (runs < 2) throw new Failure(`the database holds ${runs} runs, not both`);
    const { stdout } = await listBucket(workspace, vm, 'mlflow/');
    if (!stdout.includes('manifest.json'))
      throw new Failure(`no artifact in the bucket:\n${stdout}`);
    await refuseToRead(workspace, inside.env, inside.id);
    return `${runs} runs`;
  } finally {
    await database.close();
  }
}

/** Where the VM reads it, and in no file. */
async function keepAddress(workspace: Workspace, vm: Vm, url: string): Promise<void> {
  const name = `/${vm.settings.PROJECT}/tracking/database`;
  const secret = ['--type', 'SecureString', '--name', name, '--value', url];
  await workspace.run('aws', ['ssm', 'put-parameter', ...secret], { env: vm.env });
}

/** With the variables of docs/infra.md, from a clone that holds nothing of the server. */
async function trainAndReproduce(workspace: Workspace, variables: Record<string, string>) {
  const password = variables.MLFLOW_TRACKING_PASSWORD ?? '';
  const login = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: password };
  const where = { MLFLOW_TRACKING_URI: 'http://localhost:5000' };
  const env = { ...workspace.machine.env, ...where, ...login };
  await workspace.shell('uv run poe train', { env });
  const manifest = await readFile(join(workspace.clone, 'reports', 'manifest.json'), 'utf8');
  const { run_id: id } = JSON.parse(manifest) as { run_id: string };
  const again = await workspace.shell(`uv run poe reproduce ${id}`, { env });
  if (!/^EQUAL: new run/m.test(again.stdout)) throw new Failure(`not equal:\n${again.output}`);
  await workspace.shell('uv run poe delivery-metrics', { env });
  const metrics = await readFile(join(workspace.clone, 'reports', 'delivery-metrics.json'), 'utf8');
  if (!/"reproduced": [1-9]/.test(metrics))
    throw new Failure(`"poe delivery-metrics" counts no reproduced run:\n${metrics}`);
  await registerTwice(workspace, env);
  const wrong = { ...env, MLFLOW_TRACKING_PASSWORD: 'password1234' };
  await refuseToRead(workspace, wrong, id);
  const host = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}'];
  const asked = ['--user', `admin:${password}`, '--header', 'Host: evil.example'];
  const address = 'http://localhost:5000/api/2.0/mlflow/experiments/search?max_results=1';
  const { stdout } = await workspace.run('curl', [...host, ...asked, address]);
  if (stdout !== '403') throw new Failure(`a foreign host name is answered with ${stdout}`);
  return { env, id };
}

/** The registry of the server: one version, also when it is registered again. */
async function registerTwice(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> {
  const first = await workspace.shell('uv run poe -q register', { env });
  expectMatch(first.output, /Registered version 1 as "challenger"/);
  const second = await workspace.shell('uv run poe -q register', { env });
  expectMatch(second.output, /Nothing to register: version 1/);
}

async function refuseToRead(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  id: string,
): Promise<void> {
  for (const words of [`reproduce ${id}`, 'delivery-metrics'])
    await expectRefused(workspace, words, /see that it is up and lets you in$/, { env });
}
