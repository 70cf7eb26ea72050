import { existsSync } from 'node:fs';
import { Refusal } from '../engine/errors.ts';

/** Refuses to start where the user's folder is no folder any more, or has a name that cannot be passed on. */
export function checkCurrentFolder(): void {
  const folder = currentFolder();
  if (folder === undefined) {
    throw new Refusal(
      'The current folder is gone: it was removed or moved away. Go to one that exists: cd ~',
    );
  }
  if (!existsSync(folder)) {
    throw new Refusal(
      `"${folder}" is not spelt in UTF-8, so its name cannot be passed on to other programs. Rename the folder.`,
    );
  }
}

function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
