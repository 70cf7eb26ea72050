// Programs from Debian's packages, only where the user allows to install them.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Skip } from '../step.ts';
import { withLock } from './lock.ts';
import { type Machine, once } from './machine.ts';
import { CommandFailed } from './processes.ts';

/** Makes sure the programs are there; the packages that hold them are installed when allowed. */
export async function needPrograms(
  machine: Machine,
  programs: readonly string[],
  packages: readonly string[],
): Promise<void> {
  const missing = await missingOf(machine, programs);
  if (missing.length === 0) return;
  if (!(await mayInstall(machine))) {
    throw new Skip(`${missing.join(', ')} not installed (as root with apt: NIMBLE_E2E_INSTALL=1)`);
  }
  await once(`packages ${packages.join(' ')}`, () =>
    withLock(machine.cache, 'apt', () => install(machine, packages)),
  );
}

async function install(machine: Machine, packages: readonly string[]): Promise<void> {
  const env = { ...machine.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  try {
    await machine.run('apt-get', [...lock, 'update'], { env, mayFail: true });
    const flags = [...lock, 'install', '--yes', '--no-install-recommends'];
    await machine.run('apt-get', [...flags, ...packages], { env });
  } catch (error) {
    if (machine.strict || !(error instanceof CommandFailed)) throw error;
    throw new Skip(`Debian's ${packages.join(', ')} cannot be installed here`);
  }
}

async function mayInstall(machine: Machine): Promise<boolean> {
  const wanted = Boolean(process.env.CI || process.env.NIMBLE_E2E_INSTALL);
  return wanted && process.getuid?.() === 0 && (await hasProgram(machine, 'apt-get'));
}

async function missingOf(machine: Machine, programs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(programs.map((program) => hasProgram(machine, program)));
  return programs.filter((_, index) => !found[index]);
}

export async function hasProgram(machine: Machine, program: string): Promise<boolean> {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  for (const folder of (machine.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      try {
        await access(join(folder, name), constants.X_OK);
        return true;
      } catch {
        // Not in this folder.
      }
    }
  }
  return false;
}
