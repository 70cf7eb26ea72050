import { readMetrics } from '../repository/metrics.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe evaluate',
  needs: 'A trained clone.',
  proves: 'poe evaluate writes metrics of the test split.',
  requires: ['train'],
  run: async (workspace: Workspace) => {
    await workspace.shell('uv run poe evaluate');
    workspace.facts.evaluated = await readMetrics(workspace.clone, 'reports/metrics.json');
    return undefined;
  },
};
