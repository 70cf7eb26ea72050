// The program of the VM, as infra/ puts it together, in a folder in place of the VM's disk.
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Workspace } from '../step.ts';
import { findTool } from './tools.ts';

export interface Vm {
  /** The folder in place of `/`. */
  root: string;
  /** The settings in /etc/training/vm.env. */
  settings: Record<string, string>;
  /** The environment of its scripts: AWS is the emulator, what only a machine may do is noted in `calls`. */
  env: NodeJS.ProcessEnv;
  calls: string;
}

/** The folders of a VM that the scripts name from the root. */
const FROM_ROOT = /(?<![\w.])\/(etc|opt|run|var\/lib)\//g;

/** Writes the files that the applied infrastructure gives to the VM. */
export async function openVm(
  workspace: Workspace,
  cloud: { env: NodeJS.ProcessEnv; folder: string },
) {
  const root = join(workspace.scratch, 'vm');
  const line = `echo 'jsonencode(local.vm_files)' | terraform console`;
  const { stdout } = await workspace.shell(line, { cwd: cloud.folder, env: cloud.env });
  const files = JSON.parse(JSON.parse(stdout)) as Record<string, string>;
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), body.replaceAll(FROM_ROOT, `${root}/$1/`));
  }
  for (const folder of ['run', 'etc/training/env.d', 'etc/systemd/system', 'var/lib/tracking']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  const aws = dirname(await findTool(workspace.machine, 'aws'));
  const fakes = join(import.meta.dirname, '../fakes/vm');
  const calls = join(root, 'calls');
  await writeFile(calls, '');
  const env = {
    ...cloud.env,
    PATH: [fakes, aws, process.env.PATH].join(delimiter),
    VM_ROOT: root,
    VM_CALLS: calls,
  };
  return { root, settings: readSettings(files['/etc/training/vm.env'] ?? ''), env, calls };
}

function readSettings(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, key, value]) => [key, value]),
  );
}

/** One of the VM's scripts. */
export function vmScript(
  workspace: Workspace,
  vm: Vm,
  name: string,
  verb: string,
  options: { env?: NodeJS.ProcessEnv; mayFail?: boolean } = {},
) {
  const path = join(vm.root, 'opt/vm.d', name);
  return workspace.run('bash', [path, verb], { cwd: vm.root, env: vm.env, ...options });
}

/** What is in the VM's bucket. */
export function listBucket(workspace: Workspace, vm: Vm, prefix: string) {
  const bucket = vm.settings.BUCKET ?? '';
  return workspace.run('aws', ['s3', 'ls', '--recursive', `s3://${bucket}/${prefix}`], {
    env: vm.env,
  });
}
