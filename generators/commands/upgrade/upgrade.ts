import { announceWhenSlow } from '../../cli/announce-slow.ts';
import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { release } from '../../engine/package.ts';
import { describeRetired } from '../../engine/retired-blocks.ts';
import { explainMissing } from '../../git/partial-clone.ts';
import { describeKeptRules } from '../../merge/ignore-rules.ts';
import { refuseInTheWay } from '../../merge/preflight.ts';
import { onSignal } from '../../merge/signals.ts';
import { readCatalog } from '../repository/catalog.ts';
import { lockAgain } from '../repository/dependencies.ts';
import { authorOf } from '../repository/first-commit.ts';
import { stateOfSaved } from '../repository/project-state.ts';
import { isLockStale } from '../repository/stale-lock.ts';
import type { StepResult } from '../repository/step-result.ts';
import { applyUpgrade } from './apply.ts';
import type { Change } from './change.ts';
import { describeBase, describeRemains } from './change-notes.ts';
import { describeMoves } from './describe-moves.ts';
import { type DesiredState, planDesiredState } from './desired-state.ts';
import type { ExistingRepository } from './existing-repository.ts';
import { findFirstTasks } from './first-tasks.ts';
import { nextSteps } from './next-steps.ts';
import { openExistingRepository } from './open-repository.ts';
import { findReleaseNotes } from './release-notes.ts';
import type { DescribeUnchanged, MakeUpgradeRequest } from './upgrade-request.ts';

/** What makes one command differ from the others that change a repository. */
interface UpgradeKind {
  name: string;
  makeUpgradeRequest: MakeUpgradeRequest;
  describeUnchanged: DescribeUnchanged | undefined;
}

/** Changes an existing repository: read its saved answers, render what is desired, merge that. */
export async function upgradeRepository(
  { name: command, makeUpgradeRequest, describeUnchanged: addNotes }: UpgradeKind,
  request: Request,
  ui: Ui,
  directory: string = process.cwd(),
): Promise<Change> {
  let existing: ExistingRepository | undefined;
  const stopListening = onSignal(() => existing?.clean());
  try {
    const shipped = await readCatalog(request.blocks);
    existing = await openExistingRepository(directory, request);
    const isGone = (id: string) =>
      request.blocks.length > 0 || (command === 'remove' && request.args.includes(id));
    const { catalog, retired } = await existing.adaptTo(shipped, isGone);
    const unchanged = describeUnchanged(command, existing, request, catalog);
    const begin = () => existing?.makeReady(request);
    const desired = await planDesiredState(
      existing,
      makeUpgradeRequest,
      catalog,
      request,
      ui,
      begin,
    );
    if (!desired) {
      const locked = await finishLock(command, existing, request, ui);
      const left = addNotes?.(existing.saved, catalog) ?? [];
      const stays = describeRetired(retired, release().version);
      return { ...unchanged, ...locked, notes: [...locked.notes, ...left, ...stays] };
    }
    const described: Change = {
      ...unchanged,
      to: desired.state,
      firstTasks: findFirstTasks(desired.blocks, unchanged.from.blocks),
      releaseNotes: findReleaseNotes(desired.blocks, existing.saved.version, desired.state.version),
    };
    if (existing.holds(desired.tree) && request.restore.length === 0) {
      return { ...described, ...(await finishLock(command, existing, request, ui)) };
    }
    const merged = await merge(command, existing, desired, request, ui, catalog);
    const staying = retired.filter((one) => desired.blocks.includes(one));
    const stays = describeRetired(staying, release().version);
    return { ...described, ...merged, notes: [...merged.notes, ...stays] };
  } catch (error) {
    throw existing ? explainMissing(error, existing.repository) : error;
  } finally {
    await existing?.close();
    stopListening();
  }
}

/** `update` locks the packages again where a merge in conflict, or an edit, left a lock that does not fit. */
async function finishLock(
  command: string,
  existing: ExistingRepository,
  request: Request,
  ui: Ui,
): Promise<StepResult> {
  const { repository } = existing;
  const isWanted = command === 'update' && !request.dryRun && !request.skipInstall;
  if (!isWanted || !(await isLockStale(repository.folder, repository.top)))
    return { commits: [], notes: [] };
  await existing.checkCommitted(); // the lock is committed alone
  return lockAgain(repository, authorOf(existing.saved), ui);
}

/** What a merge adds to the description of a change. */
type Merged = Pick<Change, 'base' | 'commits' | 'notes' | 'nextSteps'> &
  Pick<Change, 'added' | 'changed' | 'removed' | 'merged' | 'kept' | 'conflicts'>;

async function merge(
  command: string,
  existing: ExistingRepository,
  desired: DesiredState,
  request: Request,
  ui: Ui,
  catalog: Catalog,
): Promise<Merged> {
  const making = existing.makeReady(request); // awaited once the merge is planned
  const planning = existing.planMerge(desired, request, catalog);
  const plan = await announceWhenSlow(ui, 'Merging the new files with your edits …', planning);
  const locked = await making;
  if (plan.inTheWay.length > 0 && !request.backup) refuseInTheWay(plan.inTheWay);
  const moves = await describeMoves(existing.scratch, plan, desired, existing.saved);
  const steps = nextSteps(command, plan.report, request, existing);
  steps.catch(() => {}); // awaited below: nothing may end the command while files are written
  const applied = locked
    ? await applyUpgrade(existing, desired, { plan, ...locked }, request, ui)
    : { commits: [], notes: [] };
  return {
    ...plan.report,
    base: { from: plan.base.from, rerendered: plan.base.rerendered },
    commits: applied.commits,
    notes: [
      ...desired.notes,
      ...moves,
      ...describeBase(plan.base),
      ...describeKeptRules(plan.keptRules),
      ...describeRemains(existing, desired, catalog),
      ...applied.notes,
    ],
    nextSteps: await steps,
  };
}

/** The result of a command that has nothing to do. */
function describeUnchanged(
  command: string,
  { saved, repository }: ExistingRepository,
  { dryRun }: Request,
  catalog: Catalog,
): Change {
  const state = stateOfSaved(saved, catalog);
  return {
    command,
    directory: repository.folder,
    dryRun,
    from: state,
    to: state,
    base: null,
    added: [],
    changed: [],
    removed: [],
    merged: [],
    kept: [],
    conflicts: [],
    releaseNotes: [],
    commits: [],
    notes: [],
    nextSteps: ['nimble-ml status'],
    firstTasks: [],
  };
}
