import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findTerraform, isOutOfReach } from '../machine/terraform.ts';
import { type Room, Skip, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'terraform validate, test',
  scope: 'once',
  needs: ['sync'],
  run: testInfrastructure,
};

async function testInfrastructure(room: Room): Promise<string> {
  const env = await findTerraform(room.machine);
  const infra = join(room.clone, 'infra');
  await room.run('terraform', ['fmt', '-check', '-recursive', '-diff'], { cwd: infra, env });
  const folders = [infra, join(infra, 'state')].filter((folder) => existsSync(folder));
  let tests = 0;
  for (const cwd of folders) tests += await testFolder(room, { cwd, env });
  return `${tests} tests`;
}

/** How many tests passed. */
async function testFolder(room: Room, options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const terraform = (...args: string[]) => room.run('terraform', args, options);
  const args = ['init', '-backend=false', '-input=false'];
  const init = await room.run('terraform', args, { ...options, mayFail: true });
  if (isOutOfReach(init.output))
    throw new Skip('no provider on disk, and the registry is out of reach');
  if (init.code !== 0) throw new Wrong(`terraform init failed:\n${init.output}`);
  await terraform('validate');
  const { output } = await terraform('test');
  const passed = /(\d+) passed, 0 failed/.exec(output);
  if (!passed || passed[1] === '0') throw new Wrong(`"terraform test" ran no test:\n${output}`);
  return Number(passed[1]);
}
