import { join } from 'node:path';
import { treeOf } from '../repository/tree.ts';
import { type Room, type Step, Wrong } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'checkout: same bytes',
  scope: 'both',
  needs: ['write'],
  run: writeFromCheckout,
};

async function writeFromCheckout(room: Room): Promise<undefined> {
  const cli = join(room.machine.checkout, 'dist', 'generators', 'cli.js');
  const directory = join(room.scratch, 'from-checkout');
  const answers = newArguments(room, directory);
  await room.machine.run(process.execPath, [cli, ...answers, '--skip-install'], { log: room.log });
  const packed = await treeOf(room, room.repository);
  const checkout = await treeOf(room, directory);
  if (packed === checkout) return undefined;
  const objects = join(directory, '.git', 'objects');
  const { output } = await room.machine.run('git', ['diff', '--stat', packed, checkout], {
    cwd: room.repository,
    env: { ...room.machine.env, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
  });
  throw new Wrong(`packed and checkout write different trees:\n${output}`);
}
