import { runScript } from '../python-script.ts';
import type { Step, Workspace } from '../step.ts';

export const step: Step = {
  title: 'Run read back from MLflow',
  needs: 'A trained clone.',
  proves: 'The tracker holds the run with the parameters, metrics and files of its training.',
  requires: ['train'],
  run: (workspace: Workspace) => runScript(workspace, 'tracked.py'),
};
