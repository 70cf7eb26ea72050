import { Refusal } from '../engine/errors.ts';
import { GitFailure } from '../git/process.ts';
import { wasStopped } from '../merge/signals.ts';

/** How a command ends: docs/decisions/004-separate-refusals-from-internal-errors.md. */
export const EXIT = {
  /** Done, or nothing to do. */
  done: 0,
  /** A merge is in progress and waits for the user. */
  conflicts: 1,
  /** Bad input, usage or environment; nothing was changed. */
  refused: 2,
  internalError: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What went wrong as one message with an exit code. */
export function describeFailure(error: unknown): { message: string; code: ExitCode } {
  if (wasStopped()) {
    return { message: 'Interrupted; everything is as it was.', code: EXIT.interrupted };
  }
  if (error instanceof Refusal) return { message: error.message, code: EXIT.refused };
  if (error instanceof Error && error.name === 'ExitPromptError') {
    return { message: 'Interrupted; nothing was written.', code: EXIT.interrupted };
  }
  if (error instanceof GitFailure && error.environment) {
    return { message: `${error.message}. Nothing was changed.`, code: EXIT.refused };
  }
  if (error instanceof Error && isEnvironmentError(error)) {
    return { message: `${error.message}. Nothing was written.`, code: EXIT.refused };
  }
  return {
    message: (error instanceof Error && error.stack) || String(error),
    code: EXIT.internalError,
  };
}

/** What the machine refuses: rights, space, limits. */
const ENVIRONMENT_ERRORS = new Set(
  'EACCES EPERM EROFS ENOSPC EDQUOT ENOTDIR ENAMETOOLONG EEXIST ENOTEMPTY ELOOP EMFILE'.split(' '),
);

/** ENOENT is an internal error, unless a folder cannot be made: in /proc, behind a link to nothing. */
function isEnvironmentError(error: Error): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return false;
  return ENVIRONMENT_ERRORS.has(code) || (code === 'ENOENT' && syscall === 'mkdir');
}
