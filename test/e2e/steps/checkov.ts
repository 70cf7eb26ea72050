import { findTool } from '../machine/tools.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'checkov',
  scope: 'once',
  needs: ['write'],
  run: async (room: Room) => {
    const checkov = await findTool(room.machine, 'checkov');
    const quiet = ['--quiet', '--compact', '--skip-download'];
    await room.run(checkov, ['--directory', '.', ...quiet], { cwd: room.repository });
    return undefined;
  },
};
