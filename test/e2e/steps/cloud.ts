import { join } from 'node:path';
import { openMoto } from '../machine/moto.ts';
import { findTerraform } from '../machine/terraform.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'applied and destroyed',
  scope: 'once',
  needs: ['terraform'],
  run: applyInfrastructure,
};

/** The VM on, from an image that need not exist; moto has no spot market. */
const VARIABLES = {
  TF_VAR_run_vm: 'true',
  TF_VAR_use_spot: 'false',
  TF_VAR_image: 'ghcr.io/example/first-minute:v1',
};

/** Nobody is there to answer. */
const ANSWERED = { TF_CLI_ARGS_apply: '-auto-approve', TF_CLI_ARGS_destroy: '-auto-approve' };

async function applyInfrastructure(room: Room): Promise<string> {
  const terraform = await findTerraform(room.machine);
  const cloud = await openMoto(room.machine);
  const env = { ...cloud.env, ...terraform, ...awsOf(cloud.env), ...VARIABLES, ...ANSWERED };
  const cwd = join(room.clone, 'infra');
  try {
    await room.type('uv run poe infra-plan', { env });
    const { output } = await room.type('uv run poe infra-apply', { env });
    const added = /(\d+) added/.exec(output);
    await room.run('terraform', ['plan', '-detailed-exitcode'], { cwd, env });
    await room.type('uv run poe infra-destroy', { env });
    const { stdout } = await room.run('terraform', ['state', 'list'], { cwd, env });
    if (stdout.trim()) throw new Wrong(`"infra-destroy" left:\n${stdout}`);
    return `${added?.[1]} resources`;
  } finally {
    await cloud.close();
  }
}

function awsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));
}
