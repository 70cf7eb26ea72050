// The protocol of templates/modalities/<modality>/e2e/own_model.py, which needs nothing but the standard library:
//
//   python own_model.py             prints the names of its models, one a line
//   python own_model.py REPO NAME   edits the clone at REPO as its docs/own-model.md says, and prints one JSON object:
//     commands  lines to run in the clone afterwards, such as `uv add lightgbm`
//     settings  a small training, such as `train.model_format=skops`: each becomes `--set …`
//     predict   the command that predicts; left out: those of the README
//     ranges    metric → [lowest, highest], of reports/train.json (`model.accuracy`) and reports/metrics.json (`accuracy`)
//     blocks    which code blocks of docs/own-model.md were used, counted from 1
//
// `own_model_page` (test/e2e/scripts/) can be imported there: it reads the page and puts its code into the clone.
// Each name gets a clone of its own. When all of them run, every code block of the page must have been used.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openClone } from '../repository/clone.ts';
import { readMetrics } from '../repository/metrics.ts';
import { readCommands } from '../repository/readme.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Own models',
  needs: 'The program e2e/own_model.py of the modality.',
  proves:
    'Each model of docs/own-model.md, put in as the page says, is trained, saved, evaluated, predicted and reproduced.',
  requires: ['train'],
  after: ['dvc', 'reproduce'],
  from: 2,
  run: runOwnModels,
};

const PAGE = join('docs', 'own-model.md');

/** What own_model.py prints. */
export interface OwnModel {
  commands: string[];
  settings: string[];
  predict?: string;
  ranges: Record<string, [number, number]>;
  blocks: number[];
}

async function runOwnModels(workspace: Workspace): Promise<string> {
  const { checkout } = workspace.machine;
  const program = join(
    checkout,
    'templates',
    'modalities',
    workspace.modality,
    'e2e',
    'own_model.py',
  );
  if (!existsSync(program)) throw new Skip(`"${workspace.modality}" has no e2e/own_model.py`);
  const all = (await runProgram(workspace, program, workspace.repository)).trim().split('\n');
  const names = workspace.partsOf('own-model', all);
  const used = new Set<number>();
  for (const name of names) {
    const blocks = await tryModel(workspace, program, name);
    for (const block of blocks) used.add(block);
  }
  if (names.length === all.length) await expectEveryBlock(workspace, used);
  return names.join(', ');
}

async function runProgram(
  workspace: Workspace,
  program: string,
  cwd: string,
  ...args: string[]
): Promise<string> {
  const { env, uv } = workspace.machine;
  const scripts = join(import.meta.dirname, '..', 'scripts');
  const { stdout } = await workspace.run(uv, ['run', '--no-project', 'python', program, ...args], {
    cwd,
    env: { ...env, PYTHONPATH: scripts },
  });
  return stdout;
}

/**
 * `uv add` takes the index of the harness for one that the user named, and would look for the package only there. So it
 * only writes pyproject.toml here, and the lock follows with all indexes.
 */
async function addPackages(workspace: Workspace, command: string, folder: string): Promise<void> {
  const { UV_INDEX: _harness, ...env } = workspace.machine.env;
  const line = command.replace('uv add ', 'uv add --frozen ');
  await workspace.shell(line, { cwd: folder, env });
  await workspace.shell('uv sync', { cwd: folder });
}

/** Trains, evaluates, predicts and reproduces one model; returns the blocks of the page that it is made from. */
async function tryModel(workspace: Workspace, program: string, name: string): Promise<number[]> {
  const folder = await openClone(workspace, workspace.repository, `own-model-${name}`);
  const printed = await runProgram(workspace, program, folder, folder, name);
  const model: OwnModel = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  const run = (line: string) => workspace.shell(line, { cwd: folder });
  for (const command of model.commands) {
    if (command.startsWith('uv add ')) await addPackages(workspace, command, folder);
    else await run(command);
  }
  await run('git add --all');
  await run(`git commit --quiet --message "Try ${name}"`);
  const sets = model.settings.map((setting) => ` --set ${setting}`).join('');
  await run(`uv run poe train${sets}`);
  await run(`uv run poe evaluate${sets}`);
  const trained = await readMetrics(folder, 'reports/train.json');
  const evaluated = await readMetrics(folder, 'reports/metrics.json');
  expectInRange(name, model.ranges, { ...trained, ...evaluated });
  for (const line of model.predict ? [model.predict] : await findPredictions(folder)) {
    const { stdout } = await run(line);
    if (!stdout.includes('{')) throw new Failure(`"${line}" prints no prediction of "${name}"`);
  }
  const manifest = JSON.parse(await readFile(join(folder, 'reports', 'manifest.json'), 'utf8'));
  await run(`uv run poe reproduce ${manifest.run_id}`);
  await rm(folder, { recursive: true, force: true });
  return model.blocks;
}

async function findPredictions(folder: string): Promise<string[]> {
  const commands = await readCommands(folder);
  return commands.filter((line) => /\bpoe (predict|ask)\b/.test(line));
}

/** A metric outside its range, or one that is not there, fails. */
export function expectInRange(
  name: string,
  ranges: OwnModel['ranges'],
  metrics: Record<string, number>,
): void {
  if (Object.keys(ranges).length === 0) throw new Failure(`"${name}" states no range of a metric`);
  for (const [metric, [lowest, highest]] of Object.entries(ranges)) {
    const value = metrics[metric];
    if (value !== undefined && value >= lowest && value <= highest) continue;
    throw new Failure(`"${metric}" of "${name}" is ${value}, expected ${lowest} to ${highest}`);
  }
}

/** A block that no model uses is code that is never run. */
async function expectEveryBlock(workspace: Workspace, used: ReadonlySet<number>): Promise<void> {
  const count = countBlocks(await readFile(join(workspace.repository, PAGE), 'utf8'));
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const unused = numbers.filter((number) => !used.has(number));
  if (unused.length > 0) throw new Failure(`"${PAGE}": no model uses the code block ${unused}`);
}

/** How many fenced blocks a page has. */
export function countBlocks(markdown: string): number {
  const fences = markdown.split('\n').filter((line) => /^\s*```/.test(line));
  return fences.length / 2;
}
