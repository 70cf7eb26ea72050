import type { Block } from '../../engine/block.ts';

/** A task to try first, and what it is for. */
export interface FirstTask {
  command: string;
  why: string;
}

/** A longer list would not be read. */
const MAX_TASKS = 5;

/** The tasks that matter first among those of blocks that a repository did not have before. */
export function findFirstTasks(blocks: readonly Block[], before: readonly string[]): FirstTask[] {
  return blocks
    .filter((one) => !before.includes(one.id))
    .flatMap((one) => Object.entries(one.firstTasks))
    .sort(([, a], [, b]) => a.order - b.order)
    .slice(0, MAX_TASKS)
    .map(([task, { why }]) => ({ command: `uv run poe ${task}`, why }));
}
