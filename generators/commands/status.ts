import { announceWhenSlow } from '../cli/announce-slow.ts';
import { defineCommand } from '../cli/command.ts';
import { count, noteLines, paint, section } from '../cli/printing.ts';
import type { Request } from '../cli/request.ts';
import type { Catalog } from '../engine/catalog.ts';
import { Refusal } from '../engine/errors.ts';
import { release } from '../engine/package.ts';
import { describeRetired } from '../engine/retired-blocks.ts';
import type { Edits } from '../merge/edits.ts';
import { requestPhase } from './phase.ts';
import { readCatalog } from './repository/catalog.ts';
import { stateOfSaved } from './repository/project-state.ts';
import { isLockStale, STALE_LOCK } from './repository/stale-lock.ts';
import { requestUpdate } from './update.ts';
import type { ExistingRepository } from './upgrade/existing-repository.ts';
import { describeForecast, type Forecast } from './upgrade/forecast.ts';
import type { MakeUpgradeRequest } from './upgrade/upgrade-request.ts';

/** The state of a repository, as `--json` prints it. */
interface Status extends Edits {
  command: 'status';
  directory: string;
  phase: number;
  modality: string;
  /** Of the generator that wrote the repository last, and of the one that runs. */
  version: string;
  installed: string;
  blocks: readonly string[];
  /** Tracked files that differ from the last commit; everything else here is about the commit. */
  uncommitted: number;
  /** What the next phase would bring; null when there is none. */
  nextPhase: Forecast | null;
  /** What `update` would bring; null when nothing. */
  update: Forecast | null;
  notes: string[];
}

export default defineCommand<Status>({
  name: 'status',
  summary: 'Shows phase, blocks and your edits, and what an update or the next phase would bring.',
  arguments: '',
  flags: ['blocks', 'json'],
  asks: () => false,
  run: (request, ui) =>
    announceWhenSlow(ui, 'Comparing the repository with the templates …', readStatus(request)),
  format: formatStatus,
});

/** Reads the state of the repository; writes nothing. */
async function readStatus(request: Request): Promise<Status> {
  const work = await import('./repository/work.ts');
  const shipped = await readCatalog(request.blocks);
  const existing = await work.openExistingRepository(process.cwd(), { forChange: false });
  try {
    const { catalog, retired } = await existing.adaptTo(shipped, () => false);
    const { repository, saved } = existing;
    const changed = work.findUncommitted(repository);
    changed.catch(() => {}); // awaited below
    const lockIsStale = isLockStale(repository.folder, repository.top);
    const update = await forecast(requestUpdate, existing, catalog, request);
    const nextPhase = await forecast(requestPhase, existing, catalog, request);
    return {
      command: 'status',
      directory: repository.folder,
      phase: saved.phase,
      modality: saved.answers.modality,
      version: saved.version,
      installed: release().version,
      blocks: stateOfSaved(saved, catalog).blocks,
      ...(await work.findEdits(existing.editSources)),
      uncommitted: (await changed).length,
      nextPhase: nextPhase.counts,
      update: update.counts,
      notes: [
        ...new Set([...update.notes, ...nextPhase.notes]),
        ...describeRetired(retired, release().version),
        ...((await lockIsStale) ? [STALE_LOCK] : []),
      ],
    };
  } catch (error) {
    throw work.explainMissing(error, existing.repository);
  } finally {
    await existing.close();
  }
}

/** What an upgrade would do with the default of every new question; a refusal becomes a note. */
async function forecast(
  make: MakeUpgradeRequest,
  existing: ExistingRepository,
  catalog: Catalog,
  flags: Request,
): Promise<{ counts: Forecast | null; notes: string[] }> {
  const request = { ...flags, args: [], given: {}, only: undefined, yes: true };
  const none = { counts: null, notes: [] };
  try {
    const { planDesiredState } = await import('./repository/work.ts');
    const asksNothing = { ask: undefined };
    const desired = await planDesiredState(existing, make, catalog, request, asksNothing);
    if (!desired || existing.holds(desired.tree)) return none;
    const { report } = await existing.planMerge(desired, request, catalog);
    const counts = {
      phase: desired.state.phase,
      version: desired.state.version,
      added: report.added.length,
      changed: report.changed.length,
      removed: report.removed.length,
      merged: report.merged.length,
      kept: report.kept.length,
      conflicts: report.conflicts.length,
    };
    return { counts, notes: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { counts: null, notes: [error.message] };
  }
}

function formatStatus(status: Status): string[] {
  const { phase, modality, version, installed, blocks, edited, deleted, renamed } = status;
  const written =
    version === installed ? `version ${version}` : `version ${version}, ${installed} is installed`;
  const edits = [
    `${count(edited.length, 'file')} you changed`,
    `${deleted.length} you deleted`,
    `${renamed.length} you renamed`,
  ].join(', ');
  const moves = renamed.map(({ from, to }) => `${from} → ${to}`);
  const uncommitted =
    status.uncommitted > 0 ? `; ${count(status.uncommitted, 'file')} not committed` : '';
  return [
    '',
    paint('title', `Phase ${phase}, ${modality}, ${count(blocks.length, 'block')}, ${written}`),
    `  ${edits}${uncommitted}`,
    ...section('blocks', blocks),
    ...section('you changed', edited),
    ...section('you deleted', deleted),
    ...section('you renamed', moves),
    ...noteLines(status.notes),
    '',
    status.update
      ? `nimble-ml update would ${describeForecast(status.update)}`
      : 'Up to date with the templates of this version.',
    ...(status.nextPhase
      ? [`nimble-ml phase ${status.nextPhase.phase} would ${describeForecast(status.nextPhase)}`]
      : []),
  ];
}
