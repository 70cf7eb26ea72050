import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetrics } from '../repository/metrics.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Training on other data',
  needs: 'The program e2e/foreign.py of the modality.',
  proves:
    'Settings alone switch training and evaluation to data unlike the default, with other metrics.',
  requires: ['train'],
  after: ['clean', 'image'],
  run: trainOnOtherData,
};

/** The modality's own `e2e/foreign.py FOLDER` writes the data and prints the settings, one a line. */
async function trainOnOtherData(workspace: Workspace): Promise<string> {
  const { checkout, uv } = workspace.machine;
  const script = join(checkout, 'templates', 'modalities', workspace.modality, 'e2e', 'foreign.py');
  if (!existsSync(script)) throw new Skip(`"${workspace.modality}" has no e2e/foreign.py`);
  const folder = join(workspace.scratch, 'other-data');
  await mkdir(folder);
  const { stdout } = await workspace.run(uv, ['run', 'python', script, folder]);
  const settings = parseSettings(stdout);
  if (settings.length === 0) throw new Failure(`"${script}" printed no setting`);
  const task = (name: string) => workspace.run(uv, ['run', 'poe', name, ...settings]);
  await task('data');
  await task('train');
  const metrics = await readMetrics(workspace.clone, 'reports/train.json');
  const bad = Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
  if (bad) throw new Failure(`"${bad[0]}" is ${bad[1]} on other data`);
  if (JSON.stringify(metrics) === JSON.stringify(workspace.facts.trained)) {
    throw new Failure('the numbers on other data are those of the default data');
  }
  await task('evaluate');
  await readFile(join(workspace.clone, 'reports', 'metrics.json'));
  return settings.filter((argument) => argument !== '--set').join(' ');
}

/** Lines `a.b=c` or `--set a.b=c`; anything else that a script prints is not a setting. */
export function parseSettings(printed: string): string[] {
  return printed
    .split('\n')
    .flatMap((line) => line.split(/(?:^|\s)--set\s+/))
    .map((line) => line.trim())
    .filter((line) => /^[\w.]+=/.test(line))
    .flatMap((setting) => ['--set', setting]);
}
