import { appendFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { readCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Two repositories as wheels',
  needs: 'The packed generator, and a synced clone.',
  proves:
    'Two repositories that are installed as wheels in one environment predict with the code and the model of their own, and a training there says what is missing.',
  scope: 'tooling',
  requires: ['sync'],
  from: 2,
  run: installTwoWheels,
};

/** What the second repository changes: each of its predictions says where it is from. */
const MARK = `

_predict_before = predict


def predict(model, inputs):
    """Returns the predictions, marked."""
    return [{**one, "marked": True} for one in _predict_before(model, inputs)]
`;

interface Repository {
  folder: string;
  package: string;
}

async function installTwoWheels(workspace: Workspace): Promise<string> {
  const { machine, scratch } = workspace;
  const wheels = join(scratch, 'wheels');
  const first = { folder: workspace.clone, package: workspace.name.replaceAll('-', '_') };
  const second = { folder: join(scratch, 'second'), package: 'second' };
  await writeSecond(workspace, second);
  const input = await readInput(workspace);
  const alone = [];
  for (const repository of [first, second]) {
    const inside = { cwd: repository.folder };
    await workspace.run(machine.uv, ['run', 'poe', 'train'], inside);
    const command = ['-m', `${repository.package}.mlops.commands.predict`, input];
    alone.push((await workspace.run(machine.uv, ['run', 'python', ...command], inside)).stdout);
    await workspace.run(machine.uv, ['build', '--quiet', '--wheel', '--out-dir', wheels], inside);
  }
  const python = await installWheels(workspace, wheels);
  const together = [];
  for (const repository of [first, second]) {
    const command = ['-m', `${repository.package}.mlops.commands.predict`, input];
    const { stdout } = await workspace.run(python, command, { cwd: repository.folder });
    together.push(stdout);
    await expectMissingPackage(workspace, python, repository);
  }
  if (together[0] !== alone[0] || together[1] !== alone[1])
    throw new Failure('a wheel predicts otherwise than its repository');
  if (together[0]?.includes('"marked"') || !together[1]?.includes('"marked"'))
    throw new Failure('a wheel predicts with the code of the other one');
  await rm(second.folder, { recursive: true, force: true });
  return `${together[0]?.trim().split('\n').length} predictions each`;
}

/** Another repository with other code, locked and installed. */
async function writeSecond(workspace: Workspace, second: Repository): Promise<void> {
  const answers = newArguments(workspace, second.folder);
  answers[answers.indexOf('--name') + 1] = second.package;
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  await workspace.machine.run(nimble, answers, { log: workspace.log });
  await appendFile(join(second.folder, 'src', second.package, 'predict.py'), MARK);
}

/** The file that the README predicts. */
async function readInput(workspace: Workspace): Promise<string> {
  const commands = await readCommands(workspace.clone);
  const line = commands.find((command) => command.includes('poe predict '));
  const input = line?.split('poe predict ')[1]?.trim();
  if (!input) throw new Failure('"README.md" does not show how to predict');
  return input;
}

/** Both wheels in a new environment, with the packages of the lock file; returns its Python. */
async function installWheels(workspace: Workspace, wheels: string): Promise<string> {
  const { uv } = workspace.machine;
  const locked = join(workspace.scratch, 'locked.txt');
  const what = ['--no-default-groups', '--no-emit-project', '--no-hashes'];
  await workspace.run(uv, ['export', '--quiet', ...what, '--output-file', locked]);
  const environment = join(workspace.scratch, 'wheels-environment');
  await workspace.run(uv, ['venv', '--quiet', '--clear', environment]);
  const files = (await readdir(wheels)).filter((name) => name.endsWith('.whl'));
  const paths = files.map((name) => join(wheels, name));
  const into = ['--python', environment, '--constraint', locked];
  await workspace.run(uv, ['pip', 'install', '--quiet', ...into, ...paths]);
  return join(environment, 'bin', 'python');
}

/** A wheel brings what prediction needs; a training names the first package it lacks. */
async function expectMissingPackage(
  workspace: Workspace,
  python: string,
  repository: Repository,
): Promise<void> {
  const command = ['-m', `${repository.package}.mlops.commands.train`];
  const inside = { cwd: repository.folder, mayFail: true };
  const { code, output } = await workspace.run(python, command, inside);
  const isNamed = code === 2 && output.includes('uv sync') && !output.includes('Traceback');
  if (!isNamed) throw new Failure(`a training without its packages ended with ${code}:\n${output}`);
}
