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
  const cwd = join(room.clone, 'infra');
  const terraform = (...args: string[]) => room.run('terraform', args, { cwd, env });
  await terraform('fmt', '-check', '-recursive', '-diff');
  const args = ['init', '-backend=false', '-input=false'];
  const init = await room.run('terraform', args, { cwd, env, mayFail: true });
  if (isOutOfReach(init.output))
    throw new Skip('no provider on disk, and the registry is out of reach');
  if (init.code !== 0) throw new Wrong(`terraform init failed:\n${init.output}`);
  await terraform('validate');
  const { output } = await terraform('test');
  const passed = /(\d+) passed, 0 failed/.exec(output);
  if (!passed || passed[1] === '0') throw new Wrong(`"terraform test" ran no test:\n${output}`);
  return `${passed[1]} tests`;
}
