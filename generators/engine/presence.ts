import type { Addition, Block } from './block.ts';

/** `a+b` → the block ids and capabilities that it names. */
export function namesIn(key: string): string[] {
  return key.split('+');
}

/** Whether each of these is the id of a selected block or something that one provides. */
export function arePresent(names: readonly string[], blocks: readonly Block[]): boolean {
  return names.every((name) =>
    blocks.some(
      ({ id, aliases, provides }) =>
        id === name || aliases.includes(name) || provides.includes(name),
    ),
  );
}

/** What a block adds to shared files, and where its block.yaml says so. */
export interface Contribution extends Addition {
  block: Block;
  /** `path:line` of a key below `entries` or `ciJobs`. */
  where: Block['where'];
}

/** What every selected block adds by itself, and through each `with` whose blocks are selected too. */
export function contributionsOf(blocks: readonly Block[]): Contribution[] {
  return blocks.flatMap((block) => [
    { block, entries: block.entries, ciJobs: block.ciJobs, where: block.where },
    ...Object.entries(block.with)
      .filter(([names]) => arePresent(namesIn(names), blocks))
      .map(([names, addition]) => ({
        block,
        ...addition,
        where: (...keys: string[]) => block.where('with', names, ...keys),
      })),
  ]);
}
