/** What was committed and what was not done, by each step that finishes a repository. */
export interface StepResult {
  /** Ids of commits, oldest first. */
  commits: string[];
  /** What was not done, and why. */
  notes: string[];
}

/** The results of several steps as one. */
export function joinResults(...results: readonly StepResult[]): StepResult {
  return {
    commits: results.flatMap((one) => one.commits),
    notes: results.flatMap((one) => one.notes),
  };
}
