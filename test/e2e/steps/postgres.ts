import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPostgres } from '../machine/postgres.ts';
import { installTracking, whileTracking } from '../machine/tracking-server.ts';
import { listBucket, openVm, type Vm } from '../machine/vm.ts';
import { expectRefused } from '../repository/said.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'tracking server on Postgres',
  nightly: 2,
  scope: 'once',
  from: 2,
  needs: ['cloud'],
  after: ['vm', 'data-remote'],
  run: track,
};

/** The server as the VM starts it, with a database of its owner's: a training, read back and made again. */
async function track(room: Room): Promise<string> {
  const cloud = room.facts.cloud;
  if (!cloud) throw new Wrong('nothing was applied');
  const database = await openPostgres(room);
  try {
    const env = { ...cloud.env, TF_VAR_tracking_database: 'postgres' };
    const vm = await openVm(room, { ...cloud, env });
    await installTracking(room, vm);
    await keepAddress(room, vm, database.url);
    const inside = await whileTracking(room, vm, (handed) => trainAndReproduce(room, handed));
    const runs = Number(await database.ask('select count(*) from runs'));
    if (runs < 2) throw new Wrong(`the database holds ${runs} runs, not both`);
    const { stdout } = await listBucket(room, vm, 'mlflow/');
    if (!stdout.includes('manifest.json')) throw new Wrong(`no artifact in the bucket:\n${stdout}`);
    await refuseToRead(room, inside.env, inside.id);
    return `${runs} runs`;
  } finally {
    await database.close();
  }
}

/** Where the VM looks for it, and in no file. */
async function keepAddress(room: Room, vm: Vm, url: string): Promise<void> {
  const name = `/${vm.settings.PROJECT}/tracking/database`;
  const secret = ['--type', 'SecureString', '--name', name, '--value', url];
  await room.run('aws', ['ssm', 'put-parameter', ...secret], { env: vm.env });
}

/** With the variables of docs/infra.md, from a clone: nothing of it lies here. */
async function trainAndReproduce(room: Room, handed: Record<string, string>) {
  const password = handed.MLFLOW_TRACKING_PASSWORD ?? '';
  const login = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: password };
  const where = { MLFLOW_TRACKING_URI: 'http://localhost:5000' };
  const env = { ...room.machine.env, ...where, ...login };
  await room.type('uv run poe train', { env });
  const manifest = await readFile(join(room.clone, 'reports', 'manifest.json'), 'utf8');
  const { run_id: id } = JSON.parse(manifest) as { run_id: string };
  const again = await room.type(`uv run poe reproduce ${id}`, { env });
  if (!/^EQUAL: new run/m.test(again.stdout)) throw new Wrong(`not equal:\n${again.output}`);
  await room.type('uv run poe velocity', { env });
  const said = await readFile(join(room.clone, 'reports', 'velocity.json'), 'utf8');
  if (!/"reproduced": [1-9]/.test(said))
    throw new Wrong(`"poe velocity" sees nothing made again:\n${said}`);
  const wrong = { ...env, MLFLOW_TRACKING_PASSWORD: 'password1234' };
  await refuseToRead(room, wrong, id);
  const host = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}'];
  const asked = ['--user', `admin:${password}`, '--header', 'Host: evil.example'];
  const place = 'http://localhost:5000/api/2.0/mlflow/experiments/search?max_results=1';
  const { stdout } = await room.run('curl', [...host, ...asked, place]);
  if (stdout !== '403') throw new Wrong(`a foreign host name is answered with ${stdout}`);
  return { env, id };
}

async function refuseToRead(room: Room, env: NodeJS.ProcessEnv, id: string): Promise<void> {
  for (const words of [`reproduce ${id}`, 'velocity'])
    await expectRefused(room, words, /see that it is up and lets you in$/, { env });
}
