import { type Catalog, currentId } from '../../engine/catalog.ts';
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

/** A block that has another id by now is named by that one. */
export function stateOfSaved(saved: SavedAnswers, catalog: Catalog): ProjectState {
  const { phase, version, answers } = saved;
  const blocks = saved.blocks.map((id) => currentId(id, catalog)).sort();
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
