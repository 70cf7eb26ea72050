import { release } from '../engine/package.ts';
import type { SavedAnswers } from '../engine/saved-answers.ts';
import type { RepositoryPlan } from './repository/repository-plan.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import type { MakeUpgradeRequest } from './upgrade/upgrade-request.ts';

/** The phase and blocks that a repository has, from this version's templates and with the given answers. */
export const requestUpdate: MakeUpgradeRequest = (_request, saved) => ({
  label: 'update',
  subject: (plan) => describeUpdate(plan, saved),
});

export default defineUpgradeCommand({
  name: 'update',
  summary: 'Brings newer templates at the same phase, or the files for changed answers.',
  arguments: '',
  makeUpgradeRequest: requestUpdate,
});

function describeUpdate({ answers }: RepositoryPlan, saved: SavedAnswers): string {
  const { version } = release();
  if (version !== saved.version) return `Update ${answers.name} to nimble-ml ${version}`;
  const changed = Object.keys(answers).filter(
    (key) => key !== 'phase' && JSON.stringify(answers[key]) !== JSON.stringify(saved.answers[key]),
  );
  return changed.length === 0 ? `Update ${answers.name}` : `Change ${changed.join(', ')}`;
}
