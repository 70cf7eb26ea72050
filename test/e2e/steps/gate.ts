import { runScript } from '../python-script.ts';
import type { Step } from '../step.ts';

export const step: Step = {
  title: 'poe gate',
  needs: 'A trained clone.',
  proves:
    'The gate promotes a first and a better model, keeps the champion when a model is worse, equal or of another schema, cannot tell with a champion that does not load or with spent looks, and refuses another holdout.',
  from: 3,
  requires: ['train'],
  after: ['evaluate'],
  run: (workspace) => runScript(workspace, 'gate.py'),
};
