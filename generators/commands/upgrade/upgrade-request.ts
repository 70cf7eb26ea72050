import type { Change, Plan, Request } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { quoteAll, Refusal, suggest } from '../../engine/errors.ts';
import { release } from '../../engine/package.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import { addBlocks, removeBlocks, type Selection, swapBlocks } from '../../engine/selection.ts';
import { checkVersion } from './rerender.ts';

export type ChangeCommand = Change['command'];

/** Where a command wants a repository to be. */
export interface Aim {
  phase: number;
  selection: Selection;
  label: string;
  /** First line of the commit. */
  subject: (made: Plan) => string;
}

/** What a command line aims at; `nothing` when the repository is there already. */
export function aimOf(
  command: ChangeCommand,
  request: Request,
  saved: SavedAnswers,
  catalog: Catalog,
): Aim | 'nothing' {
  checkVersion(saved);
  if (request.adopt && request.backup) {
    throw new Refusal('--adopt and --backup say two things about one file. Give one of them.');
  }
  const { words } = request;
  const { answers, phase } = saved;
  const selection = { with: [...answers.with], without: [...answers.without] };
  const stay = { phase, label: command, selection };
  if (command === 'phase') return phaseAim(words[0], request, saved, catalog, selection);
  if (command === 'update') return { ...stay, subject: (made) => updateSubject(made, saved) };
  if (command === 'add') {
    const wanted = addBlocks(saved, words, catalog);
    if (isSame(wanted, selection)) return 'nothing';
    return { ...stay, selection: wanted, subject: () => `Add ${words.join(', ')}` };
  }
  if (command === 'remove') {
    const wanted = removeBlocks(saved, words, catalog);
    if (isSame(wanted, selection)) return 'nothing';
    return { ...stay, selection: wanted, subject: () => `Remove ${words.join(', ')}` };
  }
  const [capability = '', word = ''] = words;
  const swap = swapBlocks(saved, capability, word, catalog);
  if (isSame(swap.selection, selection)) return 'nothing';
  return { ...stay, selection: swap.selection, subject: () => `Swap ${swap.from} for ${swap.to}` };
}

function phaseAim(
  word: string | undefined,
  { given, restore }: Request,
  { phase, version }: SavedAnswers,
  catalog: Catalog,
  selection: Selection,
): Aim | 'nothing' {
  const phases = [...new Set([...catalog.values()].flatMap((one) => one.phase))]
    .filter((one) => one !== 'never')
    .sort();
  const highest = Math.max(...phases);
  const wanted = word === undefined ? Math.min(phase + 1, Math.max(highest, phase)) : Number(word);
  if (word !== undefined && !phases.some((one) => String(one) === word)) {
    throw new Refusal(`"${word}" is not a phase.${suggest(word, phases)}`);
  }
  if (wanted < phase) {
    const higher = phases.filter((one) => one > phase);
    throw new Refusal(
      `This repository is at phase ${phase} (version ${version}), and phase ${wanted} (version ${release().version}) is lower. A phase is not taken back: revert its commit. Allowed: ${quoteAll([phase, ...higher])}.`,
    );
  }
  if (wanted === phase && Object.keys(given).length === 0 && restore.length === 0) return 'nothing';
  return {
    phase: wanted,
    selection,
    label: `phase-${wanted}`,
    subject: ({ answers }) => `Raise ${answers.name} to phase ${wanted}`,
  };
}

function updateSubject({ answers }: Plan, { version, answers: old }: SavedAnswers): string {
  const current = release().version;
  if (current !== version) return `Update ${answers.name} to nimble-ml ${current}`;
  const changed = Object.keys(answers).filter(
    (key) => key !== 'phase' && JSON.stringify(answers[key]) !== JSON.stringify(old[key]),
  );
  return changed.length === 0 ? `Update ${answers.name}` : `Change ${changed.join(', ')}`;
}

function isSame(one: Selection, other: Selection): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
