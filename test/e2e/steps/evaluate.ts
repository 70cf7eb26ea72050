import { readMetrics } from '../repository/metrics.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'poe evaluate',
  needs: ['train'],
  run: async (room: Room) => {
    await room.type('uv run poe evaluate');
    room.facts.evaluated = await readMetrics(room.clone, 'reports/metrics.json');
    return undefined;
  },
};
