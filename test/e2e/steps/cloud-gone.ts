import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'cloud destroyed',
  scope: 'once',
  from: 2,
  needs: ['cloud'],
  after: ['vm', 'data-remote', 'postgres', 'rights'],
  run: destroyInfrastructure,
};

/** Nothing is left but the bucket of the state, and a bucket that holds something goes only when asked for. */
async function destroyInfrastructure(room: Room): Promise<undefined> {
  const cloud = room.facts.cloud;
  if (!cloud) throw new Wrong('nothing was applied');
  const options = { cwd: cloud.folder, env: cloud.env };
  try {
    const refused = await room.type('uv run poe infra-destroy', { env: cloud.env, mayFail: true });
    if (refused.code === 0 || !refused.output.includes('BucketNotEmpty'))
      throw new Wrong('"infra-destroy" deletes a bucket that holds something');
    const env = { ...cloud.env, TF_VAR_delete_artifacts: 'true' };
    await room.type('uv run poe infra-apply', { env });
    await room.type('uv run poe infra-destroy', { env });
    const { stdout } = await room.run('terraform', ['state', 'list'], options);
    if (stdout.trim()) throw new Wrong(`"infra-destroy" left:\n${stdout}`);
    return undefined;
  } finally {
    await cloud.close();
  }
}
