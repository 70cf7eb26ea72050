import { join } from 'node:path';
import { readNewData } from '../new-data.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe drift',
  needs: 'A trained clone.',
  proves:
    'Clean new data is no alarm, changed data is one that names the feature, and the alarm closes.',
  requires: ['train'],
  after: ['evaluate', 'dvc'],
  from: 3,
  run: compareNewData,
};

/** Clean, changed and clean data again; the profile is the one that the training wrote. */
async function compareNewData(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'new-data');
  const data = await readNewData(workspace, folder);
  await expectDrift(workspace, data.clean, 0, 'No drift.');
  await expectDrift(workspace, data.changed, 1, data.feature);
  await expectDrift(workspace, data.clean, 0, 'No longer drifting:');
  await expectDrift(workspace, [], 2, 'name the new data');
  return data.feature;
}

async function expectDrift(
  workspace: Workspace,
  inputs: readonly string[],
  status: number,
  text: string,
): Promise<void> {
  const words = ['run', '--no-sync', 'poe', '--quiet', 'drift', ...inputs];
  const outcome = await workspace.run(workspace.machine.uv, words, { mayFail: true });
  const { code, output } = outcome;
  if (code !== status || !output.includes(text)) {
    throw new Failure(
      `poe drift ended with ${code} instead of ${status}, or without "${text}":\n${output}`,
    );
  }
}
