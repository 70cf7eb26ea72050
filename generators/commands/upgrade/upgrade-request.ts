import type { Request } from '../../cli/request.ts';
import type { Catalog } from '../../engine/catalog.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import type { Selection } from '../../engine/selection.ts';
import type { RepositoryPlan } from '../repository/repository-plan.ts';

/** What a command asks an upgrade for; what it leaves out stays as saved. */
export interface UpgradeRequest {
  phase?: number;
  selection?: Selection;
  /** Name of the new render in conflict markers, behind `nimble-ml/`. */
  label: string;
  /** Whether blocks are exchanged, so that no old file becomes a new one; by default when there is a selection. */
  exchangesBlocks?: boolean;
  /** What the user should know of it. */
  notes?: readonly string[];
  /** First line of the commit. */
  subject: (plan: RepositoryPlan) => string;
}

/** What a command asks for in a repository; undefined when the repository has it already. */
export type MakeUpgradeRequest = (
  request: Request,
  saved: SavedAnswers,
  catalog: Catalog,
) => UpgradeRequest | undefined;

/** Notes for a user whose repository has what a command is for. */
export type DescribeUnchanged = (saved: SavedAnswers, catalog: Catalog) => string[];

/** Undefined where a selection is the saved one. */
export function changeSelection(
  selection: Selection,
  { answers }: SavedAnswers,
  named: Pick<UpgradeRequest, 'label' | 'subject'>,
): UpgradeRequest | undefined {
  const saved = { with: [...answers.with], without: [...answers.without] };
  const unchanged = JSON.stringify(selection) === JSON.stringify(saved);
  return unchanged ? undefined : { ...named, selection };
}
