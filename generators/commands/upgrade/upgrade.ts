import type { Change, Door, Request, Target } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import type { MergePlan } from '../../merge/merge-plan.ts';
import { refuseInTheWay } from '../../merge/preflight.ts';
import { onSignal } from '../../merge/signals.ts';
import { readCatalog } from '../repository/catalog.ts';
import { apply } from './apply.ts';
import { planTarget, standingOf } from './desired-state.ts';
import { type Living, openLiving } from './existing-repository.ts';
import { nextOf } from './next-steps.ts';
import { newsFor } from './release-notes.ts';
import { aimOf, type ChangeCommand } from './upgrade-request.ts';

/** Changes a living repository: read what it remembers, render what it is to be, merge, tell. */
export async function changeRepository(
  command: ChangeCommand,
  request: Request,
  door: Door,
): Promise<Change> {
  let living: Living | undefined;
  const unlisten = onSignal(() => living?.clean());
  try {
    const catalog = await readCatalog(request.blocks);
    living = await openLiving(process.cwd(), request);
    const aim = aimOf(command, request, living.saved, catalog);
    const change = emptyChange(command, living, request);
    if (aim === 'nothing') return { ...change, next: ['nimble-ml status'] };
    const target = await planTarget(living, aim, catalog, request, door);
    change.to = target.standing;
    change.changes = newsFor(living.saved.version, target, catalog);
    if (living.isLike(target.tree) && request.restore.length === 0) {
      return { ...change, next: ['nimble-ml status'] };
    }
    return await merge(change, living, target, request, door, catalog);
  } finally {
    await living?.close();
    unlisten();
  }
}

async function merge(
  change: Change,
  living: Living,
  target: Target,
  request: Request,
  door: Door,
  catalog: Catalog,
): Promise<Change> {
  const looked = request.dryRun ? living.checkCommitted() : living.lock();
  looked.catch(() => {}); // heard below, once the merge that is planned meanwhile is there
  const plan = await living.merge(target, request, catalog);
  takeReport(change, plan);
  const claimed = await looked;
  if (plan.inTheWay.length > 0 && !request.backup) refuseInTheWay(plan.inTheWay);
  if (claimed) await apply(change, living, target, { plan, ...claimed }, request, door);
  change.next = nextOf(change, request);
  return change;
}

function takeReport(change: Change, { report, base }: MergePlan): void {
  Object.assign(change, report);
  change.base = { from: base.from, rerendered: base.rerendered };
  if (base.from === 'render') {
    change.notes.push(
      'The lock file is gone and no commit in history holds the tree as it was rendered: it was rendered again with this version, so a change of the templates may look like one of yours.',
    );
  } else if (base.rerendered.length > 0) {
    change.notes.push(
      `Nobody has the earlier text of ${base.rerendered.join(', ')} any more: rendered again with this version, so look at what was merged there.`,
    );
  }
}

function emptyChange(command: ChangeCommand, living: Living, { dryRun }: Request): Change {
  const from = standingOf(living.saved);
  return {
    command,
    directory: living.repository.folder,
    dryRun,
    from,
    to: from,
    base: null,
    added: [],
    changed: [],
    removed: [],
    merged: [],
    kept: [],
    conflicts: [],
    changes: [],
    commits: [],
    notes: [],
    next: [],
  };
}
