import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installTracking, whileTracking } from '../machine/tracking-server.ts';
import { listBucket, openVm, type Vm, vmScript } from '../machine/vm.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Scripts of the VM',
  needs: 'The infrastructure that the step cloud applied.',
  proves:
    'The scripts of the VM train, store results, stop when idle, and serve a tracker that survives a new VM.',
  scope: 'cloud',
  from: 2,
  requires: ['cloud'],
  run: runScripts,
};

async function runScripts(workspace: Workspace): Promise<string> {
  const cloud = workspace.facts.cloud;
  if (!cloud) throw new Failure('nothing was applied');
  const vm = await openVm(workspace, cloud);
  await expectTraining(workspace, vm);
  await expectNoTraining(workspace, vm);
  await expectIdleStop(workspace, vm);
  await expectTracking(workspace, vm);
  return 'trains, stops, tracks';
}

/** A training brings its results and its log to the bucket and stops the VM, also a failed one. */
async function expectTraining(workspace: Workspace, vm: Vm): Promise<void> {
  const parameter = ['ssm', 'put-parameter', '--type', 'SecureString', '--value', 'a secret'];
  await workspace.run('aws', [...parameter, '--name', `/${vm.settings.PROJECT}/env/TOKEN`], {
    env: vm.env,
  });
  for (const exits of ['0', '3']) {
    await writeFile(vm.calls, '');
    const env = { ...vm.env, VM_TRAINING_EXITS: exits };
    const done = await vmScript(workspace, vm, '50-train.sh', 'once', { env, mayFail: true });
    if (String(done.code) !== exits)
      throw new Failure(`a training with exit code ${exits} ends with ${done.code}`);
    const calls = await readFile(vm.calls, 'utf8');
    if (!calls.includes('systemctl poweroff'))
      throw new Failure(`the VM stays on after exit code ${exits}`);
    if (!/--read-only .*--cap-drop=all/.test(calls))
      throw new Failure('the training has privileges');
  }
  const seen = await readFile(join(vm.root, 'seen.env'), 'utf8');
  if (!seen.includes('TOKEN=a secret'))
    throw new Failure(`the training does not see a parameter:\n${seen}`);
  const { stdout } = await listBucket(workspace, vm, 'runs/');
  if (!/train\.json/.test(stdout) || !/training\.log/.test(stdout))
    throw new Failure(`the bucket holds no results or no log:\n${stdout}`);
}

/** A user who starts the VM to see the tracking server starts no training. */
async function expectNoTraining(workspace: Workspace, vm: Vm): Promise<void> {
  const wanted = async () =>
    (await vmScript(workspace, vm, '40-tracking.sh', 'wanted', { mayFail: true })).code === 0;
  if (!(await wanted())) throw new Failure('a start without a note does not train');
  const bucket = vm.settings.BUCKET ?? '';
  await workspace.run('aws', ['s3api', 'put-object', '--bucket', bucket, '--key', 'vm/look'], {
    env: vm.env,
  });
  if (await wanted()) throw new Failure('a start with the note vm/look trains');
}

/** The VM stops after idle_minutes, not before. */
async function expectIdleStop(workspace: Workspace, vm: Vm): Promise<void> {
  const stops = async () => {
    await writeFile(vm.calls, '');
    await vmScript(workspace, vm, '60-idle-stop.sh', 'look');
    return (await readFile(vm.calls, 'utf8')).includes('poweroff');
  };
  if (await stops()) throw new Failure('the VM stops as soon as it has started');
  const stamp = join(vm.root, 'run/last-busy');
  const idle = Date.now() / 1000 - 60 * Number(vm.settings.IDLE_MINUTES);
  await utimes(stamp, idle, idle + 120);
  if (await stops()) throw new Failure('the VM stops too early');
  await utimes(stamp, idle, idle - 1);
  if (!(await stops())) throw new Failure('the VM never stops by itself');
}

/** A run and its artifact, read back from a server on a new VM: the databases and the password came from the bucket. */
async function expectTracking(workspace: Workspace, vm: Vm): Promise<void> {
  const python = await installTracking(workspace, vm);
  const script = join(import.meta.dirname, '../scripts/tracking_server.py');
  for (const act of ['write', 'read']) {
    await whileTracking(workspace, vm, (variables) =>
      workspace.run(python, [script, act], { cwd: vm.root, env: { ...vm.env, ...variables } }),
    );
    await rm(join(vm.root, 'var/lib/tracking'), { recursive: true });
  }
  const { stdout } = await listBucket(workspace, vm, 'mlflow/');
  if (!stdout.includes('note.txt'))
    throw new Failure(`the artifact is not in the bucket:\n${stdout}`);
}
