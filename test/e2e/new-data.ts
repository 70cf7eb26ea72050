// New inputs for a trained repository, drawn from its test split.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runScript } from './python-script.ts';
import type { Workspace } from './step.ts';

export interface NewData {
  /** Arguments of `poe drift`: a file, a folder, or the texts. */
  clean: string[];
  changed: string[];
  /** What the changed inputs differ in. */
  feature: string;
}

export async function readNewData(workspace: Workspace, folder: string): Promise<NewData> {
  return JSON.parse(await runScript(workspace, 'new_data.py', folder));
}

/** The inputs of a modality without tables are texts: one on each line of a file. */
export async function asFiles(
  inputs: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  if (inputs.every((input) => input.startsWith(folder))) return inputs;
  const file = join(folder, 'inputs.txt');
  await writeFile(file, `${inputs.join('\n')}\n`);
  return [file];
}
