import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNewData } from '../new-data.ts';
import { installedProgram } from '../pack.ts';
import { openClone } from '../repository/clone.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Scheduled batch prediction, stopped by a check',
  needs: 'A trained clone.',
  proves:
    'poe batch publishes predictions, keeps those of before while the inputs drift, and publishes again after that.',
  requires: ['train'],
  after: ['evaluate', 'dvc'],
  from: 3,
  run: publishPredictions,
};

async function publishPredictions(workspace: Workspace): Promise<string> {
  const cwd = await openClone(workspace, workspace.clone, 'scheduled-batch');
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  await workspace.run(nimble, ['add', 'scheduled-batch', '--yes'], { cwd });
  await workspace.shell('uv run poe train', { cwd });
  const folder = join(workspace.scratch, 'scheduled');
  const data = await readNewData(workspace, folder);
  const expectBatch = async (inputs: readonly string[], status: number, text: string) => {
    await nameInputs(cwd, inputs);
    const words = ['run', 'poe', '--quiet', 'batch'];
    const { code, output } = await workspace.run(workspace.machine.uv, words, {
      cwd,
      mayFail: true,
    });
    if (code !== status || !output.includes(text)) {
      throw new Failure(`poe batch ended with ${code}, or without "${text}":\n${output}`);
    }
    return readFile(join(cwd, 'predictions', 'latest.json'), 'utf8');
  };
  const first = await expectBatch(data.cleanFiles, 0, '');
  const kept = await expectBatch(data.changedFiles, 1, data.feature);
  if (kept !== first) throw new Failure('predictions were published although a check failed');
  const last = await expectBatch(data.cleanFiles, 0, '');
  if (last === first) throw new Failure('no predictions were published after the drift had ended');
  await rm(cwd, { recursive: true, force: true });
  return data.feature;
}

async function nameInputs(cwd: string, files: readonly string[]): Promise<void> {
  const path = join(cwd, 'batch.yaml');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/^inputs: \[.*?\]/m, `inputs: ${JSON.stringify(files)}`));
}
