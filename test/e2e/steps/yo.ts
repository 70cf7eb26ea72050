import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { filesIn } from '../repository/files.ts';
import { treeOf } from '../repository/tree.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Same bytes from yo',
  needs: 'yo, installed next to the packed generator.',
  proves: 'Every command does the same through yo as through nimble-ml.',
  scope: 'generator',
  requires: ['write'],
  run: writeThroughYo,
};

/** Every command for an existing repository, in an order in which each has something to do. */
const COMMANDS = [
  ['status'],
  ['add', 'sbom', '--yes', '--skip-install'],
  ['remove', 'sbom', '--yes', '--skip-install'],
  ['swap', 'tracking', 'wandb', '--yes', '--skip-install'],
  ['update', '--description', 'What a team does in its second year', '--yes', '--skip-install'],
  ['phase', '2', '--yes', '--skip-install'],
];

/** As root, `yo` becomes uid 1000: so it is started as that user, with a home of its own. */
const ORDINARY = 1000;
const isRoot = process.getuid?.() === 0;

async function writeThroughYo(workspace: Workspace): Promise<string> {
  const home = join(workspace.scratch, 'home');
  await mkdir(home);
  await giveAway(workspace, home);
  const directory = join(home, 'through-yo');
  const [, ...answers] = newArguments(workspace, directory);
  await runYo(workspace, home, home, ['nimble-ml', ...answers, '--skip-install']);
  const same =
    (await treeOf(workspace, directory)) === (await treeOf(workspace, workspace.repository));
  if (!same) throw new Failure(`yo wrote another tree into ${directory} than nimble-ml`);
  await changeThroughYo(workspace, home);
  return `written, and ${COMMANDS.length} commands`;
}

/** One repository and its copy: each command through yo in the one, by the bin in the other. */
async function changeThroughYo(workspace: Workspace, home: string): Promise<void> {
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const [one, other] = [join(home, 'existing'), join(workspace.scratch, 'existing')];
  const answers = newArguments({ ...workspace, phase: 1 }, other);
  await workspace.machine.run(nimble, [...answers, '--skip-install'], { log: workspace.log });
  await cp(other, one, { recursive: true, verbatimSymlinks: true });
  await giveAway(workspace, one);
  let before = await stateOf(workspace, other);
  for (const [command = '', ...words] of COMMANDS) {
    await runYo(workspace, home, one, [`nimble-ml:${command}`, ...words]);
    await workspace.run(nimble, [command, ...words], { cwd: other });
    const after = await stateOf(workspace, other);
    if ((await stateOf(workspace, one)) !== after)
      throw new Failure(`after "${command}", ${one} is not what ${other} is`);
    if ((after === before) !== (command === 'status'))
      throw new Failure(`"${command}" changed ${after === before ? 'nothing' : 'something'}`);
    before = after;
  }
  await rm(other, { recursive: true });
}

/** The tree, who committed and why, what is not committed, and every file that is there. */
async function stateOf(workspace: Workspace, cwd: string): Promise<string> {
  const git = async (...args: string[]) => (await workspace.run('git', args, { cwd })).stdout;
  const log = await git('log', '--format=%T %an %ae %B');
  return JSON.stringify([log, await git('status', '--porcelain'), [...(await filesIn(cwd))]]);
}

/** To the user that `yo` becomes. */
async function giveAway(workspace: Workspace, folder: string): Promise<void> {
  if (isRoot) await workspace.machine.run('chown', ['-R', `${ORDINARY}:${ORDINARY}`, folder]);
}

async function runYo(
  workspace: Workspace,
  home: string,
  cwd: string,
  words: string[],
): Promise<void> {
  await workspace.machine.run(installedProgram(workspace.machine, 'yo'), words, {
    cwd,
    env: {
      ...workspace.machine.env,
      HOME: home,
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_CONFIG_HOME: join(home, '.config'),
    },
    log: workspace.log,
    ...(isRoot ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
}
