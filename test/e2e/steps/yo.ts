import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { treeOf } from '../repository/tree.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'yo: same bytes',
  scope: 'once',
  needs: ['write'],
  run: writeThroughYo,
};

/** As root, `yo` becomes uid 1000: so it is started as that user, with a home of its own. */
const ORDINARY = 1000;

async function writeThroughYo(room: Room): Promise<undefined> {
  const home = join(room.scratch, 'home');
  await mkdir(home);
  const root = process.getuid?.() === 0;
  if (root) await chown(home, ORDINARY, ORDINARY);
  const directory = join(home, 'through-yo');
  const [, ...answers] = newArguments(room, directory);
  await room.machine.run(
    installedProgram(room.machine, 'yo'),
    ['nimble-ml', ...answers, '--skip-install'],
    {
      cwd: home,
      env: {
        ...room.machine.env,
        HOME: home,
        NODE_PATH: join(room.machine.prefix, 'node_modules'),
        XDG_CACHE_HOME: join(home, '.cache'),
        XDG_CONFIG_HOME: join(home, '.config'),
      },
      log: room.log,
      ...(root ? { uid: ORDINARY, gid: ORDINARY } : {}),
    },
  );
  const same = (await treeOf(room, directory)) === (await treeOf(room, room.repository));
  if (!same) throw new Wrong(`yo wrote another tree into ${directory} than nimble-ml`);
  return undefined;
}
