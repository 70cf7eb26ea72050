import type { Tree } from '../engine/tree.ts';
import type { MovedFolder } from './moved-folders.ts';

/** A package that the user renamed since the last render. */
export interface RenamedPackage extends MovedFolder {
  /** Where the new render has it: in the usual folder, by its new name. */
  rendered: string;
  /** The new render by the former name. */
  before: Tree;
}

interface NewRender {
  incoming: Tree;
  renamedPackage?: RenamedPackage | undefined;
}

/** The new render by the paths that it would have had by the former name. */
export function withFormerPaths({ incoming, renamedPackage }: NewRender): Tree {
  if (!renamedPackage) return incoming;
  const { from, rendered } = renamedPackage;
  return new Map(
    [...incoming].map(([path, file]) => {
      const isInside = path.startsWith(`${rendered}/`);
      return [isInside ? from + path.slice(rendered.length) : path, file];
    }),
  );
}

/**
 * A text in which each line that the render by the former name has is the line of the render by the new one. Lines that a
 * team changed stay, so that the new name is no conflict next to an edit.
 */
export function renameLines(text: string, before: string, after: string): string {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  if (before === after || old.length !== fresh.length) return text;
  const renamed = new Map(old.map((line, index) => [line, fresh[index] ?? line]));
  return text
    .split('\n')
    .map((line) => renamed.get(line) ?? line)
    .join('\n');
}
