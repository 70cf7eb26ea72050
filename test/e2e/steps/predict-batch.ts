import { join } from 'node:path';
import { readNewData } from '../new-data.ts';
import { runScript } from '../python-script.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe predict-batch, killed and continued',
  needs: 'A trained clone.',
  proves: 'A batch prediction that was ended by kill -9 continues and writes the same bytes.',
  requires: ['train'],
  after: ['evaluate', 'dvc'],
  from: 3,
  run: predictBatch,
};

async function predictBatch(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'batch');
  const { cleanFiles } = await readNewData(workspace, folder);
  return await runScript(workspace, 'killed_batch.py', ...cleanFiles);
}
