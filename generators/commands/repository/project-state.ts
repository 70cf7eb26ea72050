import { release } from '../../engine/package.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import type { RepositoryPlan } from './repository-plan.ts';

/** Phase, modality, version and blocks of a repository, as it states them itself. */
export interface ProjectState {
  phase: number;
  modality: string;
  /** Of the generator that wrote it last. */
  version: string;
  /** Ids, sorted. */
  blocks: readonly string[];
}

export function stateOfSaved({ phase, version, blocks, answers }: SavedAnswers): ProjectState {
  return { phase, modality: answers.modality, version, blocks };
}

export function stateOfPlan({ answers, blocks }: RepositoryPlan): ProjectState {
  return {
    phase: answers.phase,
    modality: answers.modality,
    version: release().version,
    blocks: blocks.filter((one) => one.kind === 'block').map((one) => one.id),
  };
}
