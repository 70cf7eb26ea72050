import type { Change, Door, Request, Target } from '../../cli/request.ts';
import { makeCommits } from '../../git/fast-import.ts';
import type { IndexCopy } from '../../git/index-copy.ts';
import { publishResult } from '../../git/pack.ts';
import type { RepositoryLock } from '../../git/repository-lock.ts';
import { applyMerge } from '../../merge/apply.ts';
import { backUp } from '../../merge/back-up.ts';
import { baselineTrailer } from '../../merge/baseline.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';
import { wasStopped } from '../../merge/signals.ts';
import type { Living } from './existing-repository.ts';
import { lockAgain } from './lock.ts';

/** Puts a planned merge into the repository, and locks the dependencies again when it is clean. */
export async function apply(
  change: Change,
  living: Living,
  target: Target,
  { plan, lock, copy }: { plan: MergePlan; lock: RepositoryLock; copy: IndexCopy },
  request: Request,
  door: Door,
): Promise<void> {
  const { repository, scratch } = living;
  const isBaseline = repository.prefix === '' && plan.tree === plan.rendered;
  const baseline = isBaseline ? undefined : await makeBaseline(living, target, plan);
  await publishResult(scratch, repository.objects, plan, baseline);
  const moved = backUp(repository.top, plan.inTheWay);
  for (const { from, to } of moved) change.notes.push(`"${from}" was moved to "${to}".`);
  const message = messageOf(target, change, isBaseline ? plan.rendered : undefined);
  const fallback = { name: String(target.answers.author), email: String(target.answers.email) };
  const what = { repository, lock, plan, baseline, message, fallback };
  const commit = await applyMerge(what, copy);
  if (commit === undefined) return;
  change.commits.push(commit);
  if (!request.skipInstall && !wasStopped()) await lockAgain(change, living, fallback, door);
}

/** The render as a commit of its own, where an earlier one is in history already: every clone then has the next base. */
async function makeBaseline(
  living: Living,
  { standing, answers }: Target,
  { rendered }: MergePlan,
): Promise<string | undefined> {
  const [earlier] = await living.baselines;
  if (!earlier || living.repository.prefix !== '') return undefined;
  const { phase, version, modality } = standing;
  const message = [
    `${answers.name} as rendered: ${modality}, phase ${phase}`,
    '',
    "Written by nimble-ml; no line of it is a person's.",
    '',
    baselineTrailer(phase, version, rendered),
    '',
  ].join('\n');
  const [made] = await makeCommits(living.scratch, [
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

function messageOf(
  { subject, standing }: Target,
  change: Change,
  baseline: string | undefined,
): string {
  const { phase, version } = standing;
  return [
    subject,
    '',
    `Merged by nimble-ml ${version}: ${counts(change)}.`,
    ...(baseline ? ['', baselineTrailer(phase, version, baseline)] : []),
  ].join('\n');
}

/** `3 added, 1 changed`: kinds that are not there are left out. */
export function counts(change: Change): string {
  const kinds = {
    added: change.added,
    changed: change.changed,
    removed: change.removed,
    merged: change.merged,
    kept: change.kept,
    'in conflict': change.conflicts,
  };
  const said = Object.entries(kinds).filter(([, paths]) => paths.length > 0);
  return said.map(([kind, { length }]) => `${length} ${kind}`).join(', ') || 'nothing to do';
}
