import type { Catalog } from '../engine/catalog.ts';
import { quoteAll, Refusal, suggest } from '../engine/errors.ts';
import { release } from '../engine/package.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import type { MakeUpgradeRequest } from './upgrade/upgrade-request.ts';

/** The phase that is named, or the next one. */
export const requestPhase: MakeUpgradeRequest = ({ args, given, restore }, saved, catalog) => {
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
  if (wanted === phase && Object.keys(given).length === 0 && restore.length === 0) return undefined;
  return {
    phase: wanted,
    label: `phase-${wanted}`,
    subject: ({ answers }) => `Raise ${answers.name} to phase ${wanted}`,
  };
};

export default defineUpgradeCommand({
  name: 'phase',
  summary:
    'Raises this repository to the next phase, or to phase N, and keeps every line of yours.',
  arguments: '[N]',
  makeUpgradeRequest: requestPhase,
});

/** Phases in which some block arrives, in order. */
function listPhases(catalog: Catalog): number[] {
  const phases = [...catalog.values()].map((block) => block.phase);
  return [...new Set(phases.filter((phase) => phase !== 'never'))].sort();
}
