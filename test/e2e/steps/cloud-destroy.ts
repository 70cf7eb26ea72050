import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Infrastructure destroyed',
  needs: 'The infrastructure that the step cloud applied.',
  proves:
    'infra-destroy keeps a bucket that holds something, and removes everything once it is asked to.',
  scope: 'cloud',
  from: 2,
  requires: ['cloud'],
  after: ['vm', 'data-remote', 'image-target', 'postgres', 'permissions'],
  run: destroyInfrastructure,
};

/** Nothing is left but the bucket of the state, and a bucket that holds something is removed only on request. */
async function destroyInfrastructure(workspace: Workspace): Promise<undefined> {
  const cloud = workspace.facts.cloud;
  if (!cloud) throw new Failure('nothing was applied');
  const options = { cwd: cloud.folder, env: cloud.env };
  try {
    const refused = await workspace.shell('uv run poe infra-destroy', {
      env: cloud.env,
      mayFail: true,
    });
    if (refused.code === 0 || !refused.output.includes('BucketNotEmpty'))
      throw new Failure('"infra-destroy" deletes a bucket that holds something');
    const env = { ...cloud.env, TF_VAR_delete_artifacts: 'true' };
    await workspace.shell('uv run poe infra-apply', { env });
    await workspace.shell('uv run poe infra-destroy', { env });
    const { stdout } = await workspace.run('terraform', ['state', 'list'], options);
    if (stdout.trim()) throw new Failure(`"infra-destroy" left:\n${stdout}`);
    return undefined;
  } finally {
    await cloud.close();
  }
}
