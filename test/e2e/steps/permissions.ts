import { rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findTool } from '../machine/tools.ts';
import { openClone } from '../repository/clone.ts';
import { expectMatch, expectRefused } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Permissions as applied',
  needs: 'The bucket with data of the step data-remote, and moto checking permissions.',
  proves:
    'The role of the VM may move data and nothing else, and users without permission are refused in one line.',
  scope: 'cloud',
  from: 2,
  requires: ['data-remote'],
  run: checkPermissions,
};

/** What a user needs who pulls data and pushes none. */
const READ = ['s3:GetBucketLocation', 's3:ListBucket', 's3:GetObject'];
const ELSEWHERE = 's3://another-owners';

/**
 * The emulator checks permissions from now on. The role of the VM moves data and does nothing else;
 * a user who may only read pulls data and pushes none; one without permissions is refused.
 */
async function checkPermissions(workspace: Workspace): Promise<string> {
  const cloud = workspace.facts.cloud;
  if (!cloud) throw new Failure('nothing was applied');
  const aws = dirname(await findTool(workspace.machine, 'aws'));
  const owner = { ...cloud.env, PATH: [aws, workspace.machine.env.PATH].join(delimiter) };
  const bucket = String(cloud.outputs.artifacts);
  await workspace.run('aws', ['s3', 'mb', ELSEWHERE], { env: owner });
  const vm = { ...owner, ...(await assumeRole(workspace, owner)) };
  const reader = { ...owner, ...(await makeUser(workspace, owner, 'reader', bucket)) };
  const stranger = { ...owner, ...(await makeUser(workspace, owner, 'stranger')) };
  const cwd = await openClone(workspace, workspace.clone, 'permissions');
  await guard(owner, 0);
  try {
    const denied = await expectLeast(workspace, vm, bucket);
    const refusal = /may not read and write there: ask for list, read and write rights$/;
    await expectRefused(workspace, 'data-pull', refusal, { cwd, env: stranger });
    await expectRefused(workspace, `data-remote ${bucket}/mine`, refusal, { cwd, env: reader });
    const brought = await workspace.shell('uv run poe data-pull', { cwd, env: reader });
    expectMatch(brought.stdout, /Downloaded \d+ files/);
    await workspace.shell(`uv run poe data-remote ${bucket}/mine`, { cwd, env: vm });
    await expectRefused(workspace, 'data-push', refusal, { cwd, env: reader });
    const sent = await workspace.shell('uv run poe data-push', { cwd, env: vm });
    expectMatch(sent.stdout, /Uploaded \d+ files/);
    return `${denied} things denied to the VM`;
  } finally {
    await guard(owner, Number.MAX_SAFE_INTEGER);
    await rm(cwd, { recursive: true, force: true });
  }
}

/** After that number of requests, the emulator checks who asks and what they may do. */
async function guard(env: NodeJS.ProcessEnv, requests: number): Promise<void> {
  const headers = { 'content-type': 'text/plain' };
  const address = `${env.AWS_ENDPOINT_URL}/moto-api/reset-auth`;
  const reply = await fetch(address, { method: 'POST', headers, body: String(requests) });
  if (!reply.ok) throw new Failure(`the emulator does not check permissions: ${reply.status}`);
}

/** The VM has what a training needs, in one bucket, and nothing else. Gives how much is denied. */
async function expectLeast(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  bucket: string,
): Promise<number> {
  const file = join(workspace.clone, 'dvc.lock');
  const name = bucket.replace('s3://', '');
  const allowed = [`s3 cp ${file} ${bucket}/rights`, `s3 cp ${bucket}/rights -`, `s3 ls ${bucket}`];
  const denied = [
    `s3 rm ${bucket}/rights`,
    `s3 cp ${file} ${ELSEWHERE}/rights`,
    `s3 ls ${ELSEWHERE}`,
    's3 ls',
    `s3api delete-bucket-policy --bucket ${name}`,
    `s3api put-bucket-acl --acl public-read --bucket ${name}`,
    `s3api put-bucket-versioning --versioning-configuration Status=Suspended --bucket ${name}`,
    'iam create-user --user-name more',
    'ec2 describe-instances',
    'ssm describe-parameters',
    'sts assume-role --role-arn arn:aws:iam::123456789012:role/any --role-session-name more',
  ];
  for (const words of allowed) await workspace.run('aws', words.split(' '), { env });
  for (const words of denied) {
    const { code, output } = await workspace.run('aws', words.split(' '), { env, mayFail: true });
    if (code === 0 || !/AccessDenied|403/.test(output))
      throw new Failure(`the VM may "aws ${words}", or it failed otherwise:\n${output}`);
  }
  return denied.length;
}

async function assumeRole(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await workspace.run('aws', ['iam', 'list-roles', '--output', 'json'], { env });
  const { Roles } = JSON.parse(stdout) as { Roles: { Arn: string; RoleName: string }[] };
  const role = Roles.find(({ RoleName }) => RoleName.includes('-vm-'));
  if (!role) throw new Failure('the VM has no role');
  const words = ['--role-arn', role.Arn, '--role-session-name', 'vm', '--output', 'json'];
  const { stdout: assumed } = await workspace.run('aws', ['sts', 'assume-role', ...words], { env });
  return keysOf((JSON.parse(assumed) as { Credentials: Keys }).Credentials);
}

/** A user who may read the bucket, or who may do nothing. */
async function makeUser(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  name: string,
  bucket?: string,
): Promise<NodeJS.ProcessEnv> {
  const user = ['--user-name', name];
  await workspace.run('aws', ['iam', 'create-user', ...user], { env });
  if (bucket) {
    const arn = bucket.replace('s3://', 'arn:aws:s3:::');
    const statement = { Effect: 'Allow', Action: READ, Resource: [arn, `${arn}/*`] };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const words = ['--policy-name', 'read', '--policy-document', policy];
    await workspace.run('aws', ['iam', 'put-user-policy', ...user, ...words], { env });
  }
  const words = ['iam', 'create-access-key', ...user, '--output', 'json'];
  const { stdout } = await workspace.run('aws', words, { env });
  return keysOf((JSON.parse(stdout) as { AccessKey: Keys }).AccessKey);
}

interface Keys {
  AccessKeyId: string;
  SecretAccessKey: string;
  SessionToken?: string;
}

function keysOf(keys: Keys): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: keys.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
    AWS_SESSION_TOKEN: keys.SessionToken,
  };
}
