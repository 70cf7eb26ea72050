import type { MergePlan } from '../../merge/merge-plan.ts';
import type { ProjectState } from '../repository/project-state.ts';
import type { StepResult } from '../repository/step-result.ts';
import type { FirstTask } from './first-tasks.ts';
import type { ReleaseNote } from './release-notes.ts';

/** What a command did to an existing repository, as `--json` prints it. Paths are the project's, sorted. */
export interface Change extends Readonly<MergePlan['report']>, StepResult {
  command: string;
  directory: string;
  dryRun: boolean;
  from: ProjectState;
  to: ProjectState;
  /** Where the tree that was merged from was found, and which of its files had to be rendered again. */
  base: { from: MergePlan['base']['from']; rerendered: string[] } | null;
  /** What is new in the templates, for the blocks of this repository. */
  releaseNotes: readonly ReleaseNote[];
  nextSteps: string[];
  /** Tasks that came with the change, the most useful first, at most five. */
  firstTasks: readonly FirstTask[];
}

/** `3 added, 1 changed`; undefined when nothing changes. */
export function countChanges(report: MergePlan['report']): string | undefined {
  const kinds = {
    added: report.added,
    changed: report.changed,
    removed: report.removed,
    merged: report.merged,
    kept: report.kept,
    'in conflict': report.conflicts,
  };
  const counts = Object.entries(kinds).filter(([, paths]) => paths.length > 0);
  return counts.map(([kind, { length }]) => `${length} ${kind}`).join(', ') || undefined;
}
