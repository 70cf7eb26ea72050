// Terraform's providers for other clouds, where only their schema can be had: enough to validate and to test with mocks.

import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Skip } from '../step.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import { CommandFailed } from './processes.ts';

/** Provider → the package of CDK for Terraform that holds its schema, and the version of both. */
const PROVIDERS = {
  google: { package: '@cdktf/provider-google@16.12.1', version: '6.50.0' },
  azurerm: { package: '@cdktf/provider-azurerm@14.23.1', version: '4.55.0' },
} as const;

const FAKES = join(import.meta.dirname, '../fakes/terraform');

/** The environment in which `terraform init` finds a fake of the provider, for what `folder` uses of it. */
export async function findSchemaProvider(
  machine: Machine,
  name: keyof typeof PROVIDERS,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  if (process.platform !== 'linux') throw new Skip('the fake of a provider runs on Linux only');
  const { version } = PROVIDERS[name];
  const platform = `linux_${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
  const plugins = join(machine.scratch, 'plugins');
  const home = join(plugins, 'registry.terraform.io/hashicorp', name, version, platform);
  await mkdir(home, { recursive: true });
  const [python, jsii] = [await findGrpc(machine), await findPackage(machine, name)];
  const schema = await machine.run(python, [join(FAKES, 'read_schema.py'), jsii, folder]);
  await writeFile(join(home, 'schema.json'), schema.stdout);
  const program = join(home, `terraform-provider-${name}_v${version}`);
  await writeFile(program, `#!${python}\n${await readFile(join(FAKES, 'provider.py'), 'utf8')}`);
  await chmod(program, 0o755);
  return { TF_CLI_ARGS_init: `-plugin-dir=${plugins}`, TF_DISABLE_PLUGIN_TLS: '1' };
}

/** A Python that speaks gRPC. */
function findGrpc(machine: Machine): Promise<string> {
  return lockedOnce(machine, 'python with grpcio', async () => {
    const home = join(machine.cache, 'tools/grpcio_1.76.0');
    const python = join(home, 'bin/python');
    const uv = (...args: string[]) => machine.run(machine.uv, args);
    return fetched('grpcio', machine, async () => {
      if (!existsSync(python)) await uv('venv', '--python', '3.11', home);
      await uv('pip', 'install', '--quiet', '--python', python, 'grpcio==1.76.0');
      return python;
    });
  });
}

/** The file that holds the schema. */
function findPackage(machine: Machine, name: keyof typeof PROVIDERS): Promise<string> {
  const wanted = PROVIDERS[name].package;
  return lockedOnce(machine, wanted, async () => {
    const home = join(machine.cache, 'schemas', wanted.replace(/[^\w.-]+/g, '_'));
    const file = join(home, 'package/.jsii');
    if (existsSync(file)) return file;
    await mkdir(home, { recursive: true });
    return fetched(wanted, machine, async () => {
      const pack = await machine.run('npm', [
        'pack',
        '--silent',
        '--pack-destination',
        home,
        wanted,
      ]);
      const archive = join(home, pack.stdout.trim().split('\n').at(-1) ?? '');
      await machine.run('tar', ['-xzf', archive, '-C', home, 'package/.jsii']);
      return file;
    });
  });
}

function lockedOnce<T>(machine: Machine, what: string, work: () => Promise<T>): Promise<T> {
  return once(what, () => withLock(machine.cache, what, work));
}

async function fetched<T>(what: string, machine: Machine, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (machine.strict || !(error instanceof CommandFailed)) throw error;
    throw new Skip(`${what} cannot be fetched here`);
  }
}
