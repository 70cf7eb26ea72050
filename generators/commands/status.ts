import type { Request } from '../cli/request.ts';
import type { Catalog } from '../engine/catalog.ts';
import { Refusal } from '../engine/errors.ts';
import { release } from '../engine/package.ts';
import { type Edits, findEdits } from '../merge/edits.ts';
import { uncommitted } from '../merge/preflight.ts';
import { readCatalog } from './repository/catalog.ts';
import { planTarget } from './upgrade/desired-state.ts';
import { type Living, openLiving } from './upgrade/existing-repository.ts';
import { type Aim, aimOf, type ChangeCommand } from './upgrade/upgrade-request.ts';

/** How many paths of each kind a change would touch. */
export interface Forecast {
  phase: number;
  version: string;
  added: number;
  changed: number;
  removed: number;
  merged: number;
  kept: number;
  conflicts: number;
}

/** Where a repository stands, as `--json` prints it. */
export interface Status extends Edits {
  command: 'status';
  directory: string;
  phase: number;
  modality: string;
  /** That wrote the repository last, and that is running. */
  version: string;
  installed: string;
  blocks: readonly string[];
  /** Tracked files that differ from the last commit; everything else here is about the commit. */
  uncommitted: number;
  /** What the next phase would bring; null: there is none. */
  phaseUp: Forecast | null;
  /** What `update` would bring; null: nothing. */
  update: Forecast | null;
  notes: string[];
}

/** Reads where a repository stands; writes nothing. */
export async function repositoryStatus(request: Request): Promise<Status> {
  const catalog = await readCatalog(request.blocks);
  const living = await openLiving(process.cwd(), { forChange: false });
  try {
    const { repository, saved } = living;
    const changed = uncommitted(repository);
    changed.catch(() => {}); // looked at below
    const notes: string[] = [];
    const update = await forecast('update', living, catalog, request, notes);
    const phaseUp = await forecast('phase', living, catalog, request, notes);
    return {
      command: 'status',
      directory: repository.folder,
      phase: saved.phase,
      modality: saved.answers.modality,
      version: saved.version,
      installed: release().version,
      blocks: saved.blocks,
      ...(await findEdits(living.editSources)),
      uncommitted: (await changed).length,
      phaseUp,
      update,
      notes,
    };
  } finally {
    await living.close();
  }
}

/** What a command would do with the default of every new question. */
async function forecast(
  command: ChangeCommand,
  living: Living,
  catalog: Catalog,
  request: Request,
  notes: string[],
): Promise<Forecast | null> {
  const plain = { ...request, words: [], given: {}, yes: true };
  try {
    const aim: Aim | 'nothing' = aimOf(command, plain, living.saved, catalog);
    if (aim === 'nothing') return null;
    const target = await planTarget(living, aim, catalog, plain, { ask: undefined });
    if (living.isLike(target.tree)) return null;
    const { report } = await living.merge(target, { restore: [], adopt: false }, catalog);
    return {
      phase: target.standing.phase,
      version: target.standing.version,
      added: report.added.length,
      changed: report.changed.length,
      removed: report.removed.length,
      merged: report.merged.length,
      kept: report.kept.length,
      conflicts: report.conflicts.length,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!notes.includes(error.message)) notes.push(error.message);
    return null;
  }
}
