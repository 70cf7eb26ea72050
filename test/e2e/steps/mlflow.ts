import { runProbe } from '../probe.ts';
import type { Room, Step } from '../step.ts';

export const step: Step = {
  title: 'MLflow read back',
  needs: ['train'],
  run: (room: Room) => runProbe(room, 'tracked.py'),
};
