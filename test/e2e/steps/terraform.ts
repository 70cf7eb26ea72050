import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findTerraform, isOutOfReach } from '../machine/terraform.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'terraform validate and test',
  needs: 'Terraform with the AWS provider.',
  proves: 'The infrastructure is formatted and valid, and its tests pass.',
  scope: 'cloud',
  requires: ['sync'],
  run: testInfrastructure,
};

async function testInfrastructure(workspace: Workspace): Promise<string> {
  const env = await findTerraform(workspace.machine);
  const infra = join(workspace.clone, 'infra');
  await workspace.run('terraform', ['fmt', '-check', '-recursive', '-diff'], { cwd: infra, env });
  const folders = [infra, join(infra, 'state')].filter((folder) => existsSync(folder));
  let tests = 0;
  for (const cwd of folders) tests += await testFolder(workspace, { cwd, env });
  return `${tests} tests`;
}

/** How many tests passed. */
async function testFolder(workspace: Workspace, options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const terraform = (...args: string[]) => workspace.run('terraform', args, options);
  const args = ['init', '-backend=false', '-input=false'];
  const init = await workspace.run('terraform', args, { ...options, mayFail: true });
  if (isOutOfReach(init.output))
    throw new Skip('no provider on disk, and the registry is out of reach');
  if (init.code !== 0) throw new Failure(`terraform init failed:\n${init.output}`);
  await terraform('validate');
  const { output } = await terraform('test');
  const passed = /(\d+) passed, 0 failed/.exec(output);
  if (!passed || passed[1] === '0') throw new Failure(`"terraform test" ran no test:\n${output}`);
  return Number(passed[1]);
}
