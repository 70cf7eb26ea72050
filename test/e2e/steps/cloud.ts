import { join } from 'node:path';
import { openMoto } from '../machine/moto.ts';
import { findTerraform } from '../machine/terraform.ts';
import { MONTHLY_COST } from '../repository/cost.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Infrastructure applied and changed',
  needs: 'Terraform with the AWS provider, and moto as AWS.',
  proves:
    'Bootstrap, plan with costs, apply and change work on AWS, the state is shared and locked, and a second plan changes nothing.',
  scope: 'cloud',
  from: 2,
  requires: ['terraform'],
  run: applyInfrastructure,
};

/** The VM on, from an image that need not exist; moto has no spot market. */
const VARIABLES = {
  TF_VAR_run_vm: 'true',
  TF_VAR_use_spot: 'false',
  TF_VAR_image: 'ghcr.io/example/first-minute:v1',
};

/** What is added later; moto has no budgets. */
const MORE = {
  TF_VAR_tracking_server: 'true',
  TF_VAR_schedule: 'MON,THU 03:00',
  TF_VAR_github_subjects: '["repo:octo@583231/churn@1296269:environment:infra"]',
};

/** No user is there to answer. */
const ANSWERED = { TF_CLI_ARGS_apply: '-auto-approve', TF_CLI_ARGS_destroy: '-auto-approve' };

async function applyInfrastructure(workspace: Workspace): Promise<string> {
  const terraform = await findTerraform(workspace.machine);
  const cloud = await openMoto(workspace.machine);
  const folder = join(workspace.clone, 'infra');
  const small = { ...cloud.env, ...terraform, ...awsOf(cloud.env), ...VARIABLES, ...ANSWERED };
  const whole = { ...small, ...MORE };
  try {
    await workspace.shell('uv run poe infra-bootstrap', { env: small });
    await expectCost(workspace, small);
    const { output } = await workspace.shell('uv run poe infra-apply', { env: small });
    const added = /(\d+) added/.exec(output);
    await workspace.shell('uv run poe infra-apply', { env: whole });
    await expectNoChange(workspace, { cwd: folder, env: whole });
    await expectSharedState(workspace, { cwd: folder, env: whole });
    const { stdout } = await workspace.run('terraform', ['output', '-json'], {
      cwd: folder,
      env: whole,
    });
    workspace.facts.cloud = {
      env: whole,
      folder,
      outputs: readOutputs(stdout),
      close: cloud.close,
    };
    return `${added?.[1]} resources`;
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

/** The plan says what it would cost, and where the prices are from. */
async function expectCost(workspace: Workspace, env: NodeJS.ProcessEnv): Promise<void> {
  const { output } = await workspace.shell('uv run poe infra-plan', { env });
  if (!MONTHLY_COST.test(output))
    throw new Failure(`"infra-plan" does not say what a month costs:\n${output.slice(-2000)}`);
}

/** The state is in the bucket, for the whole team; while one of them holds its lock, no other can plan. */
async function expectSharedState(
  workspace: Workspace,
  options: { cwd: string; env: NodeJS.ProcessEnv },
) {
  const { stdout } = await workspace.run('terraform', ['state', 'pull'], options);
  if (!stdout.includes('aws_instance')) throw new Failure('the state is not in the bucket');
  const { stdout: backend } = await workspace.run('cat', ['backend.tf'], options);
  const bucket = /bucket\s+= "([^"]+)"/.exec(backend)?.[1];
  const lock = `${options.env.AWS_ENDPOINT_URL}/${bucket}/infra/terraform.tfstate.tflock`;
  const headers = {
    authorization: 'AWS4-HMAC-SHA256 Credential=testing/20260101/eu-west-1/s3/aws4_request',
  };
  await fetch(lock, { method: 'PUT', headers, body: '{"ID":"another-user"}' });
  const plan = await workspace.run('terraform', ['plan'], { ...options, mayFail: true });
  await fetch(lock, { method: 'DELETE', headers });
  if (plan.code === 0 || !plan.output.includes('state lock'))
    throw new Failure(`two users can apply at once:\n${plan.output.slice(-2000)}`);
}

function readOutputs(json: string): Record<string, unknown> {
  const outputs = JSON.parse(json) as Record<string, { value: unknown }>;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/** What was applied is what was planned: a second plan changes nothing. */
async function expectNoChange(
  workspace: Workspace,
  options: { cwd: string; env: NodeJS.ProcessEnv },
) {
  const file = join(workspace.scratch, 'second.tfplan');
  await workspace.run('terraform', ['plan', `-out=${file}`], options);
  const { stdout } = await workspace.run('terraform', ['show', '-json', file], options);
  const { resource_changes: changes = [] } = JSON.parse(stdout) as Plan;
  const changed = changes.filter((each) => !isUnchanged(each) && !isGapOfMoto(each));
  const names = changed.map(({ address, change }) => `${address}: ${change.actions}`);
  if (names.length > 0) throw new Failure(`a second plan would change ${names.join(', ')}`);
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

/**
 * moto reports no security group for an instance whose network interface carries it;
 * what reads the instance is then not known before the apply.
 */
function isGapOfMoto({ type, change }: Change): boolean {
  const { before, after, after_unknown: unknown } = change;
  const differs = (key: string) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]);
  const keys = Object.keys({ ...before, ...after }).filter(
    (key) => differs(key) && !unknown?.[key],
  );
  const allowed = type === 'aws_instance' ? ['vpc_security_group_ids'] : [];
  return change.actions.join() === 'update' && keys.every((key) => allowed.includes(key));
}

function awsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));
}
