// The protocol of templates/modalities/<modality>/e2e/foreign.py:
//
//   python foreign.py DIR             writes the generated set into DIR and prints its settings, one `a.b=c` a line
//   python foreign.py                 prints the real sets, one a line: a name, then its packages
//                                     (`fortunes debian:fortunes-de`, `emoji npm:NAME@VERSION`, `penguins pypi:palmerpenguins`)
//   python foreign.py DIR NAME FILES  writes that set into DIR and prints one JSON object:
//     settings  as above, also small ones for a short training
//     ranges    metric → [lowest, highest], of reports/train.json (`model.accuracy`) and reports/metrics.json (`accuracy`)
//     predict   a line that predicts; left out: none
//
// FILES has the content of each Debian and npm package in a folder of its name; those of PyPI can be imported.
// Where a modality has e2e/own_code.py, `python own_code.py REPO` edits the clone that is checked, as a team would.
// A range says what a real model reaches: above its upper end there is a leak, below its lower end something is broken.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePackage, unpackPackages } from '../machine/data-packages.ts';
import { scriptPath } from '../python-script.ts';
import { openClone } from '../repository/clone.ts';
import { readMetrics } from '../repository/metrics.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';
import { expectInRange, type OwnModel } from './own-model.ts';

export const step: Step = {
  title: 'Training on other data',
  needs: 'The program e2e/foreign.py of the modality.',
  proves:
    'Settings alone switch to data unlike the default, generated and real, with metrics in their ranges; what CI runs then passes in a fresh clone without the data.',
  requires: ['train'],
  // It trains the model that the others use on its data.
  after: ['clean', 'image', 'gate', 'drift', 'predict-batch', 'resources', 'scheduled-batch'],
  run: trainOnOtherData,
};

/** The name of the set that needs no package. */
const GENERATED = 'generated';
/** With that set, what CI runs after `poe check`. */
const MACHINERY = 'machinery-tests';

interface RealSet {
  name: string;
  packages: string[];
}

interface PrintedSet {
  settings: string[];
  ranges: OwnModel['ranges'];
  predict?: string;
}

async function trainOnOtherData(workspace: Workspace): Promise<string> {
  const { checkout, uv } = workspace.machine;
  const script = join(checkout, 'templates', 'modalities', workspace.modality, 'e2e', 'foreign.py');
  if (!existsSync(script)) throw new Skip(`"${workspace.modality}" has no e2e/foreign.py`);
  const listed = await workspace.run(uv, ['run', 'python', script]);
  const sets = parseSets(listed.stdout);
  const all = [GENERATED, MACHINERY, ...sets.map(({ name }) => name)];
  const names = workspace.partsOf('other-data', all);
  const tasks = names.includes(MACHINERY) ? ['check', 'test-machinery'] : ['check'];
  if (names.includes(GENERATED)) await trainOnGenerated(workspace, script, tasks);
  for (const set of sets) {
    if (names.includes(set.name)) await trainOnReal(workspace, script, set);
  }
  return names.join(', ');
}

async function trainOnGenerated(
  workspace: Workspace,
  script: string,
  tasks: readonly string[],
): Promise<void> {
  const { uv } = workspace.machine;
  const folder = join(workspace.scratch, 'other-data', GENERATED);
  await mkdir(folder, { recursive: true });
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
  await runWithoutData(workspace, settings, tasks);
}

/** What a colleague, CI and the hook before a push have: settings of the data and code for it, not the data. */
async function runWithoutData(
  workspace: Workspace,
  settings: string[],
  tasks: readonly string[],
): Promise<void> {
  const { modality } = workspace;
  const { checkout, uv } = workspace.machine;
  const source = join(workspace.scratch, 'other-data', 'repository');
  const git = (...line: string[]) => workspace.run('git', line, { cwd: source });
  await workspace.run('git', ['clone', '--quiet', workspace.repository, source]);
  const wanted = settings
    .filter((argument) => argument !== '--set')
    .map((setting) => setting.replace(/=.*other-data/, '=data/raw'));
  await workspace.run(uv, ['run', 'python', scriptPath('configure.py'), source, ...wanted]);
  const edit = join(checkout, 'templates', 'modalities', modality, 'e2e', 'own_code.py');
  if (existsSync(edit)) await workspace.run(uv, ['run', 'python', edit, source]);
  await git('commit', '--quiet', '--all', '--message', 'Use own data');
  const cwd = await openClone(workspace, source, join('other-data', 'clone'));
  for (const task of tasks) await workspace.run(uv, ['run', 'poe', task], { cwd });
}

async function trainOnReal(workspace: Workspace, script: string, set: RealSet): Promise<void> {
  const { machine } = workspace;
  const packages = set.packages.map(parsePackage);
  const files = await unpackPackages(machine, packages);
  const folder = join(workspace.scratch, 'other-data', set.name);
  await mkdir(folder, { recursive: true });
  const wheels = packages.filter(({ registry }) => registry === 'pypi');
  const more = wheels.flatMap(({ name }) => ['--with', name]);
  const line = ['run', ...more, 'python', script, folder, set.name, files];
  const { stdout } = await workspace.run(machine.uv, line);
  const printed: PrintedSet = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const settings = printed.settings.flatMap((setting) => ['--set', setting]);
  const task = (name: string) => workspace.run(machine.uv, ['run', 'poe', name, ...settings]);
  await task('data');
  await task('train');
  await task('evaluate');
  const trained = await readMetrics(workspace.clone, 'reports/train.json');
  const evaluated = await readMetrics(workspace.clone, 'reports/metrics.json');
  expectInRange(set.name, printed.ranges, { ...trained, ...evaluated });
  if (!printed.predict) return;
  const predicted = await workspace.shell(printed.predict);
  if (!predicted.stdout.includes('{')) {
    throw new Failure(`"${printed.predict}" prints no prediction on "${set.name}"`);
  }
}

/** Lines `NAME PACKAGE…`. */
export function parseSets(printed: string): RealSet[] {
  const lines = printed.split('\n').filter((line) => line.trim());
  return lines.map((line) => {
    const [name = '', ...packages] = line.trim().split(/\s+/);
    for (const text of packages) parsePackage(text);
    return { name, packages };
  });
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
