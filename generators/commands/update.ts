import { defineCommand } from '../cli/command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { release } from '../engine/package.ts';
import type { SavedAnswers } from '../engine/saved-answers.ts';
import type { RepositoryPlan } from './repository/repository-plan.ts';
import type { Change } from './upgrade/change.ts';
import { formatChange } from './upgrade/change-format.ts';
import { type EachResult, exitCodeOfEach, updateEach } from './upgrade/each.ts';
import { formatEach } from './upgrade/each-format.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import type { MakeUpgradeRequest } from './upgrade/upgrade-request.ts';

/** The phase and blocks that a repository has, from this version's templates and with the given answers. */
export const requestUpdate: MakeUpgradeRequest = (_request, saved) => ({
  label: 'update',
  subject: (plan) => describeUpdate(plan, saved),
});

const single = defineUpgradeCommand({
  name: 'update',
  summary: 'Brings newer templates at the same phase, or the files for changed answers.',
  arguments: '',
  flags: ['each'],
  makeUpgradeRequest: requestUpdate,
});

/** Of one repository, or of each one below a folder. */
export default defineCommand<Change | EachResult>({
  ...single,
  run: async (request, ui) => {
    if (request.each === undefined) return single.run(request, ui) as Promise<Change>;
    const { upgradeRepository } = await import('./repository/work.ts');
    const kind = {
      name: 'update',
      makeUpgradeRequest: requestUpdate,
      describeUnchanged: undefined,
    };
    return updateEach(
      (one, quiet, folder) => upgradeRepository(kind, one, quiet, folder),
      request,
      ui,
    );
  },
  format: (result) => ('each' in result ? formatEach(result) : formatChange(result)),
  exitCode: (result) =>
    'each' in result ? exitCodeOfEach(result) : (single.exitCode?.(result) ?? EXIT.done),
});

function describeUpdate({ answers }: RepositoryPlan, saved: SavedAnswers): string {
  const { version } = release();
  if (version !== saved.version) return `Update ${answers.name} to nimble-ml ${version}`;
  const changed = Object.keys(answers).filter(
    (key) => key !== 'phase' && JSON.stringify(answers[key]) !== JSON.stringify(saved.answers[key]),
  );
  return changed.length === 0 ? `Update ${answers.name}` : `Change ${changed.join(', ')}`;
}
