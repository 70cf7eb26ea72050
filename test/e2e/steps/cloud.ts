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
    await expectNoChange(room, { cwd, env });
    await room.type('uv run poe infra-destroy', { env });
    const { stdout } = await room.run('terraform', ['state', 'list'], { cwd, env });
    if (stdout.trim()) throw new Wrong(`"infra-destroy" left:\n${stdout}`);
    return `${added?.[1]} resources`;
  } finally {
    await cloud.close();
  }
}

/** What was applied is what is wanted: a second plan changes nothing. */
async function expectNoChange(room: Room, options: { cwd: string; env: NodeJS.ProcessEnv }) {
  const file = join(room.scratch, 'second.tfplan');
  await room.run('terraform', ['plan', `-out=${file}`], options);
  const { stdout } = await room.run('terraform', ['show', '-json', file], options);
  const { resource_changes: changes = [] } = JSON.parse(stdout) as Plan;
  const changed = changes.filter((each) => !isUnchanged(each) && !isGapOfMoto(each));
  const names = changed.map(({ address, change }) => `${address}: ${change.actions}`);
  if (names.length > 0) throw new Wrong(`a second plan would change ${names.join(', ')}`);
}

interface Plan {
  resource_changes?: Change[];
}

interface Change {
  address: string;
  type: string;
  change: { actions: string[]; before: Values; after: Values; after_unknown: Values };
}

type Values = Record<string, unknown> | null;

function isUnchanged({ change }: Change): boolean {
  return ['no-op', 'read'].includes(change.actions.join());
}

/** moto reports no security group for an instance whose network interface carries it. */
function isGapOfMoto({ type, change }: Change): boolean {
  const { before, after, after_unknown: unknown } = change;
  const differs = (key: string) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]);
  const keys = Object.keys({ ...before, ...after }).filter(
    (key) => differs(key) && !unknown?.[key],
  );
  const updates = type === 'aws_instance' && change.actions.join() === 'update';
  return updates && keys.every((key) => key === 'vpc_security_group_ids');
}

function awsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));
}
