// Terraform with the providers that are on disk, where its registry is out of reach.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Skip } from '../step.ts';
import { hasProgram } from './debian.ts';
import type { Machine } from './machine.ts';

/** The environment in which `terraform init` finds its providers. */
export async function findTerraform(machine: Machine): Promise<NodeJS.ProcessEnv> {
  if (!(await hasProgram(machine, 'terraform'))) throw new Skip('terraform is not installed');
  const plugins = findPlugins();
  const init = plugins ? { TF_CLI_ARGS_init: `-plugin-dir=${plugins}` } : {};
  return {
    ...machine.env,
    ...init,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_CLI_ARGS: '-no-color',
  };
}

/** TF_PLUGIN_DIR, or a folder laid out as a mirror of the registry where such things lie. */
function findPlugins(): string | undefined {
  const named = process.env.TF_PLUGIN_DIR;
  if (named) return named;
  const shelves = ['/opt', '/usr/local/share', '/usr/share', '/var/lib', homedir()];
  return shelves
    .filter((shelf) => existsSync(shelf))
    .flatMap((shelf) => readdirSync(shelf).map((folder) => join(shelf, folder)))
    .find((folder) => existsSync(join(folder, 'registry.terraform.io', 'hashicorp')));
}

/** Whether `init` failed because the registry cannot be reached, which is no fault of the repository. */
export function isOutOfReach(output: string): boolean {
  return /could not connect to|Failed to query available provider packages/.test(output);
}
