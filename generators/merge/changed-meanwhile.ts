import { Refusal } from '../engine/errors.ts';

/** The refusal of a path that the user changed while the upgrade ran. */
export function changed(path: string): Refusal {
  return new Refusal(
    `"${path}" was changed while the upgrade ran. Nothing was changed by it. Commit the change, or put it aside with "git stash", then try again.`,
  );
}

/** The refusal of a new path that the user took in the meantime. */
export function appeared(path: string): Refusal {
  return new Refusal(
    `"${path}" appeared while the upgrade ran, and the upgrade adds a file there. Nothing was changed. Move it away, or use --backup or --adopt, then try again.`,
  );
}
