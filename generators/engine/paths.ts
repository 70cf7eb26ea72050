import { Refusal } from './errors.ts';
import { ANSWERS_FILE, LOCK_FILE } from './state.ts';

/** Refuses a path that is not a block's to write. */
export function checkPath(path: string, source: string): void {
  if (!isInside(path)) {
    throw new Refusal(
      `"${source}" would be written to "${path}": outside of the repository, or into git's own folder. Give it another name.`,
    );
  }
  if ([ANSWERS_FILE, LOCK_FILE].includes(path)) {
    throw new Refusal(
      `"${source}" would be written to "${path}", where the generator keeps its answers. Give it another name.`,
    );
  }
}

/** Whether a path stays in the repository and out of git's own folder. */
export function isInside(path: string): boolean {
  return !path.split('/').some((segment) => NOT_A_NAME.test(segment));
}

const NOT_A_NAME = /^(\.{0,2}|\.git)$/i;

/** Who writes which path. Case does not tell paths apart: on some systems it makes no difference. */
export class PathOwnership {
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, string>();

  /** Gives a path to a source file, or refuses when another source has it. */
  add(path: string, source: string): void {
    const key = path.toLowerCase();
    const above = foldersAbove(key);
    const other =
      this.#files.get(key) ??
      this.#folders.get(key) ??
      above.map((folder) => this.#files.get(folder)).find(Boolean);
    if (other !== undefined) {
      throw new Refusal(`"${other}" and "${source}" both write "${path}". One block owns a path.`);
    }
    this.#files.set(key, source);
    for (const folder of above) this.#folders.set(folder, source);
  }
}

/** `a/b/c` → `a`, `a/b`. */
export function foldersAbove(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, depth) => segments.slice(0, depth + 1).join('/'));
}
