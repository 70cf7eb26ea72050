// New inputs for a trained repository, drawn from its test split.
import { runScript } from './python-script.ts';
import type { Workspace } from './step.ts';

export interface NewData {
  /** Arguments of `poe drift`: a file, a folder, or the texts. */
  clean: string[];
  changed: string[];
  /** Arguments of `poe predict-batch`: files and folders. */
  cleanFiles: string[];
  changedFiles: string[];
  /** What the changed inputs differ in. */
  feature: string;
}

export async function readNewData(workspace: Workspace, folder: string): Promise<NewData> {
  return JSON.parse(await runScript(workspace, 'new_data.py', folder));
}
