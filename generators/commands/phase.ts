import type { Catalog } from '../engine/catalog.ts';
import { quoteAll, Refusal, suggest } from '../engine/errors.ts';
import { release } from '../engine/package.ts';
import type { SavedAnswers } from '../engine/saved-answers.ts';
import { leaveOutUnmet, listLeftOut, selectParts } from '../engine/selection-parts.ts';
import type { RepositoryPlan } from './repository/repository-plan.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import type { MakeUpgradeRequest, UpgradeRequest } from './upgrade/upgrade-request.ts';

/** The phase that is named, or the next one. */
export const requestPhase: MakeUpgradeRequest = (
  { args, given, restore, only },
  saved,
  catalog,
) => {
  const [named] = args;
  const phases = listPhases(catalog);
  if (named !== undefined && !phases.some((one) => String(one) === named)) {
    throw new Refusal(`"${named}" is not a phase.${suggest(named, phases)}`);
  }
  const { phase, version } = saved;
  const next = Math.min(phase + 1, Math.max(...phases, phase));
  const wanted = named === undefined ? next : Number(named);
  if (wanted < phase) {
    const higher = phases.filter((one) => one > phase);
    throw new Refusal(
      `This repository is at phase ${phase} (version ${version}), and phase ${wanted} (version ${release().version}) is lower. A phase cannot be lowered: revert its commit. Allowed: ${quoteAll([phase, ...higher])}.`,
    );
  }
  const asksForMore = only !== undefined || Object.keys(given).length > 0 || restore.length > 0;
  if (wanted === phase && !asksForMore) return undefined;
  const raise = {
    phase: wanted,
    label: `phase-${wanted}`,
    subject: ({ answers }: RepositoryPlan) => `Raise ${answers.name} to phase ${wanted}`,
  };
  if (only !== undefined) return { ...raise, ...requestParts(only, wanted, saved, catalog) };
  return { ...raise, ...requestWhatCanCome(wanted, saved, catalog) };
};

/** Nothing, or all of a phase but what requires a capability that was removed. */
function requestWhatCanCome(
  phase: number,
  saved: SavedAnswers,
  catalog: Catalog,
): Partial<UpgradeRequest> {
  const parts = leaveOutUnmet(saved, phase, catalog);
  if (!parts) return {};
  const { selection, leftOut, missing, together } = parts;
  const notes = [
    `Left out of phase ${phase}, because nothing here provides ${quoteAll(missing)}: ${leftOut.join(', ')}.`,
    `To have one later, add what it requires as well: nimble-ml add ${together.join(' ')}`,
  ];
  return { selection, exchangesBlocks: false, notes };
}

/** The parts of a phase that --only names; what stays out is saved, and can be added later. */
function requestParts(
  only: string,
  phase: number,
  saved: SavedAnswers,
  catalog: Catalog,
): Partial<UpgradeRequest> {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const { selection, leftOut } = selectParts(saved, phase, names, catalog);
  const notes = leftOut.length > 0 ? [describeLeftOut(phase, leftOut)] : [];
  const named = { subject: () => `Add ${names.join(', ')} of phase ${phase}` };
  return {
    selection,
    exchangesBlocks: false,
    notes,
    ...(phase === saved.phase ? named : {}),
  };
}

/** What stays out of a phase, and how to have it later. */
function describeLeftOut(phase: number, ids: readonly string[]): string {
  return `Left out of phase ${phase}: ${ids.join(', ')}. To have one later: nimble-ml add BLOCK. All that can come: nimble-ml phase ${phase} --only all`;
}

/** The note of a repository that is at the phase, and not with all of it. */
function describeUnchanged(saved: SavedAnswers, catalog: Catalog): string[] {
  const ids = listLeftOut(saved, catalog);
  return ids.length > 0 ? [describeLeftOut(saved.phase, ids)] : [];
}

export default defineUpgradeCommand({
  name: 'phase',
  summary:
    'Raises this repository to the next phase, or to phase N, or adds parts of it, and keeps every line of yours.',
  arguments: '[N]',
  flags: ['only'],
  makeUpgradeRequest: requestPhase,
  describeUnchanged,
});

/** Phases in which some block arrives, in order. */
function listPhases(catalog: Catalog): number[] {
  const phases = [...catalog.values()].map((block) => block.phase);
  return [...new Set(phases.filter((phase) => phase !== 'never'))].sort();
}
