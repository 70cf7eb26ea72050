import { delimiter, dirname } from 'node:path';
import { findTool } from '../machine/tools.ts';
import { scriptPath } from '../python-script.ts';
import { expectMatch } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Image named in the bucket',
  needs: 'The infrastructure that the step cloud applied, and the command line of AWS.',
  proves:
    'With what the applied infrastructure prints, a job without keys exchanges its OIDC token for a role, gets into the registry of images and names the image of the VM.',
  scope: 'cloud',
  from: 3,
  requires: ['cloud'],
  run: nameImage,
};

async function nameImage(workspace: Workspace): Promise<string> {
  const cloud = workspace.facts.cloud;
  if (!cloud) throw new Failure('nothing was applied');
  const { ci_access: access = '', artifacts = '' } = cloud.outputs;
  const printed = /IMAGE_TARGET --env infra --body '(\{.*\})'/.exec(String(access))?.[1];
  if (!printed) throw new Failure(`the output names no IMAGE_TARGET:\n${access}`);
  const target = { ...JSON.parse(printed), artifacts };
  const aws = await findTool(workspace.machine, 'aws');
  const env = { ...cloud.env, PATH: [dirname(aws), process.env.PATH].join(delimiter) };
  const words = ['run', 'python', scriptPath('image_target.py'), JSON.stringify(target)];
  const { output } = await workspace.run(workspace.machine.uv, words, {
    cwd: workspace.clone,
    env,
  });
  expectMatch(output, /user AWS, a password of [1-9]\d* characters/);
  const object = `${artifacts}/vm/pipeline/image`;
  const { stdout } = await workspace.run('aws', ['s3', 'cp', '--quiet', object, '-'], { env });
  expectMatch(stdout, new RegExp(`^${target.repository}@sha256:1{64}\n$`));
  return 'an OIDC token opens registry and bucket';
}
