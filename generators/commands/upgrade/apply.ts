import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import { makeCommits } from '../../git/fast-import.ts';
import type { IndexCopy } from '../../git/index-copy.ts';
import { publishResult } from '../../git/pack.ts';
import type { RepositoryLock } from '../../git/repository-lock.ts';
import { applyMerge } from '../../merge/apply.ts';
import { baselineTrailer } from '../../merge/baseline.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';
import { wasStopped } from '../../merge/signals.ts';
import { lockAgain } from '../repository/dependencies.ts';
import { authorOf } from '../repository/first-commit.ts';
import { joinResults, type StepResult } from '../repository/step-result.ts';
import { countChanges } from './change.ts';
import type { DesiredState } from './desired-state.ts';
import type { ExistingRepository } from './existing-repository.ts';
import { changesRequirements } from './next-steps.ts';

/** A merge that is planned, and the repository locked for it. */
interface ReadyMerge {
  plan: MergePlan;
  lock: RepositoryLock;
  copy: IndexCopy;
}

/** Writes a planned merge to the repository; after a clean one, locks and installs the dependencies. */
export async function applyUpgrade(
  existing: ExistingRepository,
  desired: DesiredState,
  ready: ReadyMerge,
  request: Request,
  ui: Ui,
): Promise<StepResult> {
  const merged = await applyPlan(existing, desired, ready);
  const isClean = merged.commits.length > 0;
  if (!isClean || request.skipInstall || wasStopped()) return merged;
  if (!changesRequirements(ready.plan.report)) return merged;
  return joinResults(merged, await lockAgain(existing.repository, authorOf(desired), ui));
}

async function applyPlan(
  existing: ExistingRepository,
  desired: DesiredState,
  { plan, lock, copy }: ReadyMerge,
): Promise<StepResult> {
  const { repository, reader, scratch } = existing;
  const isBaseline = repository.prefix === '' && plan.tree === plan.rendered;
  const publish = async () => {
    const baseline = isBaseline ? undefined : await makeBaseline(existing, desired, plan);
    await publishResult(scratch, repository.objects, plan, baseline);
    return baseline;
  };
  const message = commitMessage(desired, plan, isBaseline);
  const merge = { repository, reader, lock, plan, scratch, publish, message };
  const { commit, moved } = await applyMerge({ ...merge, fallback: authorOf(desired) }, copy);
  return {
    commits: commit === undefined ? [] : [commit],
    notes: moved.map(({ from, to }) => `"${from}" was moved to "${to}".`),
  };
}

/** The render as a commit of its own, where an earlier one is in history already: every clone then has the next base. */
async function makeBaseline(
  existing: ExistingRepository,
  { state, answers }: DesiredState,
  { rendered }: MergePlan,
): Promise<string | undefined> {
  const [earlier] = await existing.baselines;
  if (!earlier || existing.repository.prefix !== '') return undefined;
  const { phase, version, modality } = state;
  const message = [
    `${answers.name} as rendered: ${modality}, phase ${phase}`,
    '',
    'Written by nimble-ml: the tree as rendered, without the edits of the team.',
    '',
    baselineTrailer(phase, version, rendered),
    '',
  ].join('\n');
  const [made] = await makeCommits(existing.scratch, [
    {
      branch: 'baseline',
      parent: earlier.commit,
      tree: rendered,
      files: [],
      message,
      date: earlier.date,
    },
  ]);
  return made?.commit;
}

function commitMessage(
  { subject, state }: DesiredState,
  { report, rendered }: MergePlan,
  isBaseline: boolean,
): string {
  const { phase, version } = state;
  return [
    subject,
    '',
    `Merged by nimble-ml ${version}: ${countChanges(report) ?? 'no file changed'}.`,
    ...(isBaseline ? ['', baselineTrailer(phase, version, rendered)] : []),
  ].join('\n');
}
