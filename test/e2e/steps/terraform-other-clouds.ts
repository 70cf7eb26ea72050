import { join } from 'node:path';
import { findSchemaProvider } from '../machine/schema-provider.ts';
import { findTerraform } from '../machine/terraform.ts';
import { installedProgram } from '../pack.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Terraform of the other clouds',
  needs: 'Terraform on Linux, and the schemas of the other providers from npm.',
  proves:
    'The infrastructure for Google Cloud and Azure is formatted, valid by the schema of its provider at the first and the newest phase, and passes its tests.',
  scope: 'generator',
  requires: ['write'],
  run: testClouds,
};

/** Cloud → its provider, of which only the schema is there. */
const CLOUDS = { gcp: 'google', azure: 'azurerm' } as const;

/** Formatted, valid by the provider's schema, tests green; at the first phase: valid. The step every-cloud scans. */
async function testClouds(workspace: Workspace): Promise<string> {
  let tests = 0;
  for (const cloud of workspace.partsOf('terraform-other-clouds', Object.keys(CLOUDS)) as Cloud[]) {
    const first = await openCloud(workspace, cloud, 1);
    await workspace.run('terraform', ['init', '-backend=false', '-input=false'], first);
    await workspace.run('terraform', ['validate'], first);
    const { cwd, env } = await openCloud(workspace, cloud, workspace.phase);
    await workspace.run('terraform', ['fmt', '-check', '-recursive', '-diff'], { cwd, env });
    for (const folder of [cwd, join(cwd, 'state')]) {
      tests += await testFolder(workspace, { cwd: folder, env });
    }
  }
  return `${tests} tests`;
}

type Cloud = keyof typeof CLOUDS;

/** The folder infra/ of a repository for that cloud, and an environment with its provider. */
async function openCloud(workspace: Workspace, cloud: Cloud, phase: number) {
  const repository = join(workspace.scratch, `${workspace.name}-${cloud}-${phase}`);
  const answers = newArguments({ ...workspace, phase }, repository);
  answers[answers.indexOf('--cloud') + 1] = cloud;
  const program = installedProgram(workspace.machine, 'nimble-ml');
  await workspace.run(program, [...answers, '--skip-install'], { cwd: workspace.scratch });
  const cwd = join(repository, 'infra');
  const offline = await findSchemaProvider(workspace.machine, CLOUDS[cloud], cwd);
  return { cwd, env: { ...(await findTerraform(workspace.machine)), ...offline } };
}

/** How many tests passed. */
async function testFolder(workspace: Workspace, options: { cwd: string; env: NodeJS.ProcessEnv }) {
  await workspace.run('terraform', ['init', '-backend=false', '-input=false'], options);
  await workspace.run('terraform', ['validate'], options);
  const { output } = await workspace.run('terraform', ['test'], options);
  const passed = /(\d+) passed, 0 failed/.exec(output);
  if (!passed || passed[1] === '0') throw new Failure(`"terraform test" ran no test:\n${output}`);
  return Number(passed[1]);
}
