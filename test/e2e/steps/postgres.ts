import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openPostgres } from '../machine/postgres.ts';
import { startLine } from '../machine/processes.ts';
import { openVm, type Vm } from '../machine/vm.ts';
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
    await install(room, vm, database);
    const inside = await serving(room, vm, () => trainAndReproduce(room, vm));
    const runs = Number(await database.ask('select count(*) from runs'));
    if (runs < 2) throw new Wrong(`the database holds ${runs} runs, not both`);
    await expectInBucket(room, vm);
    await expectRefused(room, inside.env, inside.id, /is it up and right\?$/);
    return `${runs} runs`;
  } finally {
    await database.close();
  }
}

async function install(room: Room, vm: Vm, database: Database): Promise<void> {
  const folder = join(vm.root, 'opt/tracking');
  const python = join(folder, 'bin/python');
  const packages = (vm.settings.TRACKING_PACKAGES ?? '').split(' ');
  const { uv } = room.machine;
  await room.run(uv, ['venv', '--allow-existing', '--python', '3.11', folder]);
  const words = ['pip', 'install', '--only-binary', ':all:', '--python', python];
  await room.run(uv, [...words, ...packages]);
  const name = `/${vm.settings.PROJECT}/tracking/database`;
  const secret = ['--type', 'SecureString', '--name', name, '--value', database.url];
  await room.run('aws', ['ssm', 'put-parameter', ...secret], { env: vm.env });
}

async function serving<T>(room: Room, vm: Vm, work: () => Promise<T>): Promise<T> {
  await script(room, vm, 'prepare');
  const line = `bash ${join(vm.root, 'opt/vm.d/40-tracking.sh')} serve`;
  const server = startLine(line, { cwd: vm.root, env: vm.env, log: room.log, seconds: 900 });
  try {
    await script(room, vm, 'wait');
    return await work();
  } finally {
    await server.stop();
    await script(room, vm, 'keep');
  }
}

/** With the variables of docs/infra.md, from a clone: nothing of it lies here. */
async function trainAndReproduce(room: Room, vm: Vm) {
  const told = await readFile(join(vm.root, 'etc/training/env.d/tracking.env'), 'utf8');
  const password = /^MLFLOW_TRACKING_PASSWORD=(.+)$/m.exec(told)?.[1] ?? '';
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
  await expectRefused(room, wrong, id, /is it up and right\?$/);
  const host = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}'];
  const asked = ['--user', `admin:${password}`, '--header', 'Host: evil.example'];
  const place = 'http://localhost:5000/api/2.0/mlflow/experiments/search?max_results=1';
  const { stdout } = await room.run('curl', [...host, ...asked, place]);
  if (stdout !== '403') throw new Wrong(`a foreign host name is answered with ${stdout}`);
  return { env, id };
}

/** One line, status 2. */
async function expectRefused(room: Room, env: NodeJS.ProcessEnv, id: string, cure: RegExp) {
  for (const line of [`uv run poe -q reproduce ${id}`, 'uv run poe -q velocity']) {
    const { code, output } = await room.type(line, { env, mayFail: true });
    if (code !== 2 || !cure.test(output.trim()) || output.trim().includes('\n')) {
      throw new Wrong(
        `"${line}" should say ${cure} in a line and end in 2, not ${code}:\n${output}`,
      );
    }
  }
}

async function expectInBucket(room: Room, vm: Vm): Promise<void> {
  const bucket = `s3://${vm.settings.BUCKET ?? ''}/mlflow/`;
  const { stdout } = await room.run('aws', ['s3', 'ls', '--recursive', bucket], { env: vm.env });
  if (!stdout.includes('manifest.json')) throw new Wrong(`no artifact in the bucket:\n${stdout}`);
}

function script(room: Room, vm: Vm, verb: string) {
  const path = join(vm.root, 'opt/vm.d/40-tracking.sh');
  return room.run('bash', [path, verb], { cwd: vm.root, env: vm.env });
}
