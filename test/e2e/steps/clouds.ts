import { join } from 'node:path';
import { findSchemaProvider } from '../machine/schema-provider.ts';
import { findTerraform } from '../machine/terraform.ts';
import { installedProgram } from '../pack.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'other clouds',
  nightly: 1,
  scope: 'once',
  needs: ['write'],
  run: testClouds,
};

/** Cloud → its provider, which stands by with its schema only. */
const CLOUDS = { gcp: 'google', azure: 'azurerm' } as const;

/** Formatted, valid by the provider's schema, tests green; at the first phase: valid. The step every-cloud scans. */
async function testClouds(room: Room): Promise<string> {
  let tests = 0;
  for (const cloud of Object.keys(CLOUDS) as Cloud[]) {
    const first = await openCloud(room, cloud, 1);
    await room.run('terraform', ['init', '-backend=false', '-input=false'], first);
    await room.run('terraform', ['validate'], first);
    const { cwd, env } = await openCloud(room, cloud, room.phase);
    await room.run('terraform', ['fmt', '-check', '-recursive', '-diff'], { cwd, env });
    for (const folder of [cwd, join(cwd, 'state')]) {
      tests += await testFolder(room, { cwd: folder, env });
    }
  }
  return `${tests} tests`;
}

type Cloud = keyof typeof CLOUDS;

/** The folder infra/ of a repository for that cloud, and an environment with its provider. */
async function openCloud(room: Room, cloud: Cloud, phase: number) {
  const repository = join(room.scratch, `${room.name}-${cloud}-${phase}`);
  const answers = newArguments({ ...room, phase }, repository);
  answers[answers.indexOf('--cloud') + 1] = cloud;
  const program = installedProgram(room.machine, 'nimble-ml');
  await room.run(program, [...answers, '--skip-install'], { cwd: room.scratch });
  const cwd = join(repository, 'infra');
  const offline = await findSchemaProvider(room.machine, CLOUDS[cloud], cwd);
  return { cwd, env: { ...(await findTerraform(room.machine)), ...offline } };
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
