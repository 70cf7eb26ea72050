import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findSchemaProvider } from '../machine/schema-provider.ts';
import { findTerraform } from '../machine/terraform.ts';
import { findTool } from '../machine/tools.ts';
import { installedProgram } from '../pack.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'other clouds',
  scope: 'once',
  needs: ['write'],
  run: testClouds,
};

/** Cloud → its provider, which stands by with its schema only. */
const CLOUDS = { gcp: 'google', azure: 'azurerm' } as const;

/** At the first phase and at the newest: formatted, valid by the provider's schema, tests green, nothing a scanner finds. */
async function testClouds(room: Room): Promise<string> {
  const checkov = await findTool(room.machine, 'checkov');
  const zizmor = await findTool(room.machine, 'zizmor');
  let tests = 0;
  for (const [cloud, provider] of Object.entries(CLOUDS)) {
    for (const phase of [1, room.phase]) {
      const repository = join(room.scratch, `${room.name}-${cloud}-${phase}`);
      const answers = newArguments({ ...room, phase }, repository);
      answers[answers.indexOf('--cloud') + 1] = cloud;
      const program = installedProgram(room.machine, 'nimble-ml');
      await room.run(program, [...answers, '--skip-install'], { cwd: room.scratch });
      const infra = join(repository, 'infra');
      const offline = await findSchemaProvider(room.machine, provider, infra);
      const env = { ...(await findTerraform(room.machine)), ...offline };
      await room.run('terraform', ['fmt', '-check', '-recursive', '-diff'], { cwd: infra, env });
      const folders = [infra, join(infra, 'state')].filter((folder) => existsSync(folder));
      for (const cwd of folders) tests += await testFolder(room, { cwd, env });
      const quiet = ['--quiet', '--compact', '--skip-download', '--framework', 'terraform'];
      await room.run(checkov, ['--directory', infra, ...quiet], { cwd: repository });
      const persona = ['--offline', '--persona', 'auditor', '--no-progress'];
      await room.run(zizmor, [...persona, '.'], { cwd: repository });
    }
  }
  return `${tests} tests`;
}

/** How many tests passed. */
async function testFolder(room: Room, options: { cwd: string; env: NodeJS.ProcessEnv }) {
  await room.run('terraform', ['init', '-backend=false', '-input=false'], options);
  await room.run('terraform', ['validate'], options);
  const { output } = await room.run('terraform', ['test'], options);
  const passed = /(\d+) passed, 0 failed/.exec(output);
  if (!passed || passed[1] === '0') throw new Wrong(`"terraform test" ran no test:\n${output}`);
  return Number(passed[1]);
}
