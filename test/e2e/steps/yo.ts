import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { filesIn } from '../repository/files.ts';
import { treeOf } from '../repository/tree.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'yo: same bytes, every command',
  scope: 'once',
  needs: ['write'],
  run: writeThroughYo,
};

/** Every command of a repository that lives, in an order in which each has something to do. */
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

async function writeThroughYo(room: Room): Promise<string> {
  const home = join(room.scratch, 'home');
  await mkdir(home);
  await giveAway(room, home);
  const directory = join(home, 'through-yo');
  const [, ...answers] = newArguments(room, directory);
  await runYo(room, home, home, ['nimble-ml', ...answers, '--skip-install']);
  const same = (await treeOf(room, directory)) === (await treeOf(room, room.repository));
  if (!same) throw new Wrong(`yo wrote another tree into ${directory} than nimble-ml`);
  await changeThroughYo(room, home);
  return `written, and ${COMMANDS.length} commands`;
}

/** One repository and its copy: each command through yo in the one, by the bin in the other. */
async function changeThroughYo(room: Room, home: string): Promise<void> {
  const nimble = installedProgram(room.machine, 'nimble-ml');
  const [one, other] = [join(home, 'lives'), join(room.scratch, 'lives')];
  const answers = newArguments({ ...room, phase: 1 }, other);
  await room.machine.run(nimble, [...answers, '--skip-install'], { log: room.log });
  await cp(other, one, { recursive: true, verbatimSymlinks: true });
  await giveAway(room, one);
  let before = await stateOf(room, other);
  for (const [command = '', ...words] of COMMANDS) {
    await runYo(room, home, one, [`nimble-ml:${command}`, ...words]);
    await room.run(nimble, [command, ...words], { cwd: other });
    const after = await stateOf(room, other);
    if ((await stateOf(room, one)) !== after)
      throw new Wrong(`after "${command}", ${one} is not what ${other} is`);
    if ((after === before) !== (command === 'status'))
      throw new Wrong(`"${command}" changed ${after === before ? 'nothing' : 'something'}`);
    before = after;
  }
  await rm(other, { recursive: true });
}

/** The tree, who committed and why, what is not committed, and every file that lies there. */
async function stateOf(room: Room, cwd: string): Promise<string> {
  const git = async (...args: string[]) => (await room.run('git', args, { cwd })).stdout;
  const log = await git('log', '--format=%T %an %ae %B');
  return JSON.stringify([log, await git('status', '--porcelain'), [...(await filesIn(cwd))]]);
}

/** To the user that `yo` becomes. */
async function giveAway(room: Room, folder: string): Promise<void> {
  if (isRoot) await room.machine.run('chown', ['-R', `${ORDINARY}:${ORDINARY}`, folder]);
}

async function runYo(room: Room, home: string, cwd: string, words: string[]): Promise<void> {
  await room.machine.run(installedProgram(room.machine, 'yo'), words, {
    cwd,
    env: {
      ...room.machine.env,
      HOME: home,
      NODE_PATH: join(room.machine.prefix, 'node_modules'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_CONFIG_HOME: join(home, '.config'),
    },
    log: room.log,
    ...(isRoot ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
}
