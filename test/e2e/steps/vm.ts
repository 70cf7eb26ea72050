import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installTracking, whileTracking } from '../machine/tracking-server.ts';
import { listBucket, openVm, type Vm, vmScript } from '../machine/vm.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'program of the VM',
  nightly: 2,
  scope: 'once',
  from: 2,
  needs: ['cloud'],
  run: runProgram,
};

async function runProgram(room: Room): Promise<string> {
  const cloud = room.facts.cloud;
  if (!cloud) throw new Wrong('nothing was applied');
  const vm = await openVm(room, cloud);
  await expectTraining(room, vm);
  await expectLook(room, vm);
  await expectIdleStop(room, vm);
  await expectTracking(room, vm);
  return 'trains, stops, tracks';
}

/** A training brings its results and its log to the bucket and stops the VM, also a failed one. */
async function expectTraining(room: Room, vm: Vm): Promise<void> {
  const parameter = ['ssm', 'put-parameter', '--type', 'SecureString', '--value', 'a secret'];
  await room.run('aws', [...parameter, '--name', `/${vm.settings.PROJECT}/env/TOKEN`], {
    env: vm.env,
  });
  for (const exits of ['0', '3']) {
    await writeFile(vm.calls, '');
    const env = { ...vm.env, VM_TRAINING_EXITS: exits };
    const done = await vmScript(room, vm, '50-train.sh', 'once', { env, mayFail: true });
    if (String(done.code) !== exits)
      throw new Wrong(`a training with exit code ${exits} ends with ${done.code}`);
    const calls = await readFile(vm.calls, 'utf8');
    if (!calls.includes('systemctl poweroff'))
      throw new Wrong(`the VM stays on after exit code ${exits}`);
    if (!/--read-only .*--cap-drop=all/.test(calls)) throw new Wrong('the training has privileges');
  }
  const seen = await readFile(join(vm.root, 'seen.env'), 'utf8');
  if (!seen.includes('TOKEN=a secret'))
    throw new Wrong(`the training does not see a parameter:\n${seen}`);
  const { stdout } = await listBucket(room, vm, 'runs/');
  if (!/train\.json/.test(stdout) || !/training\.log/.test(stdout))
    throw new Wrong(`the bucket holds no results or no log:\n${stdout}`);
}

/** Who starts the VM to look at the tracking server starts no training. */
async function expectLook(room: Room, vm: Vm): Promise<void> {
  const wanted = async () =>
    (await vmScript(room, vm, '40-tracking.sh', 'wanted', { mayFail: true })).code === 0;
  if (!(await wanted())) throw new Wrong('a start without a note does not train');
  const bucket = vm.settings.BUCKET ?? '';
  await room.run('aws', ['s3api', 'put-object', '--bucket', bucket, '--key', 'vm/look'], {
    env: vm.env,
  });
  if (await wanted()) throw new Wrong('a start with the note vm/look trains');
}

/** The VM stops after idle_minutes, not before. */
async function expectIdleStop(room: Room, vm: Vm): Promise<void> {
  const stops = async () => {
    await writeFile(vm.calls, '');
    await vmScript(room, vm, '60-idle-stop.sh', 'look');
    return (await readFile(vm.calls, 'utf8')).includes('poweroff');
  };
  if (await stops()) throw new Wrong('the VM stops as soon as it has started');
  const stamp = join(vm.root, 'run/last-busy');
  const idle = Date.now() / 1000 - 60 * Number(vm.settings.IDLE_MINUTES);
  await utimes(stamp, idle, idle + 120);
  if (await stops()) throw new Wrong('the VM stops too early');
  await utimes(stamp, idle, idle - 1);
  if (!(await stops())) throw new Wrong('the VM never stops by itself');
}

/** A run and its artifact, read back from a server on a new VM: the databases and the password came from the bucket. */
async function expectTracking(room: Room, vm: Vm): Promise<void> {
  const python = await installTracking(room, vm);
  const probe = join(import.meta.dirname, '../probes/tracking_server.py');
  for (const act of ['write', 'read']) {
    await whileTracking(room, vm, (handed) =>
      room.run(python, [probe, act], { cwd: vm.root, env: { ...vm.env, ...handed } }),
    );
    await rm(join(vm.root, 'var/lib/tracking'), { recursive: true });
  }
  const { stdout } = await listBucket(room, vm, 'mlflow/');
  if (!stdout.includes('note.txt'))
    throw new Wrong(`the artifact is not in the bucket:\n${stdout}`);
}
