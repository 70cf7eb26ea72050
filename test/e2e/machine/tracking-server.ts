// The tracking server as the VM starts it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../step.ts';
import { withMlflowPort } from './ports.ts';
import { startLine } from './processes.ts';
import { type Vm, vmScript } from './vm.ts';

const SCRIPT = '40-tracking.sh';

/** The packages that the VM would install; gives their Python. */
export async function installTracking(workspace: Workspace, vm: Vm): Promise<string> {
  const folder = join(vm.root, 'opt/tracking');
  const python = join(folder, 'bin/python');
  const packages = (vm.settings.TRACKING_PACKAGES ?? '').split(' ');
  const { uv } = workspace.machine;
  await workspace.run(uv, ['venv', '--allow-existing', '--python', '3.11', folder]);
  const words = ['pip', 'install', '--only-binary', ':all:', '--python', python];
  await workspace.run(uv, [...words, ...packages]);
  return python;
}

/** Works while the server runs, with the variables it hands out; then it is stopped, and its data is kept in the bucket. */
export function whileTracking<T>(
  workspace: Workspace,
  vm: Vm,
  work: (variables: Record<string, string>) => Promise<T>,
): Promise<T> {
  return withMlflowPort(workspace.machine, () => serveTracking(workspace, vm, work));
}

async function serveTracking<T>(
  workspace: Workspace,
  vm: Vm,
  work: (variables: Record<string, string>) => Promise<T>,
): Promise<T> {
  await vmScript(workspace, vm, SCRIPT, 'prepare');
  const line = `bash ${join(vm.root, 'opt/vm.d', SCRIPT)} serve`;
  const server = startLine(line, { cwd: vm.root, env: vm.env, log: workspace.log, seconds: 900 });
  try {
    await vmScript(workspace, vm, SCRIPT, 'wait');
    const variables = await readFile(join(vm.root, 'etc/training/env.d/tracking.env'), 'utf8');
    const lines = variables.split('\n').map((each) => each.split('=', 2) as [string, string]);
    return await work(Object.fromEntries(lines.filter(([key]) => key)));
  } finally {
    await server.stop();
    await vmScript(workspace, vm, SCRIPT, 'keep');
  }
}
