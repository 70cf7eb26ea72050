import { describe, expect, test } from 'vitest';
import { failure } from '../../generators/cli/run.ts';
import { GitFailure } from '../../generators/git/process.ts';

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: as the system says it`), { code, syscall });

describe('what the machine refuses is no fault of ours', () => {
  test.each(
    'EACCES EPERM EROFS ENOSPC EDQUOT ENOTDIR ENAMETOOLONG EEXIST ENOTEMPTY ELOOP EMFILE'.split(
      ' ',
    ),
  )('%s ends with 2, in one line', (code) => {
    expect(failure(systemError(code, 'open'))).toEqual({
      message: `${code}: as the system says it. Nothing was written.`,
      code: 2,
    });
  });

  test('so does a folder that cannot be made', () => {
    expect(failure(systemError('ENOENT', 'mkdir')).code).toBe(2);
  });

  test('so does a git that has no space', () => {
    const full = 'error: unable to write file: No space left on device\nfatal: index file corrupt';
    expect(failure(new GitFailure('add', full))).toEqual({
      message: 'git add: fatal: index file corrupt. Nothing was changed.',
      code: 2,
    });
  });
});

describe('a fault of ours ends with 3 and shows where', () => {
  test.each([
    ['a file that is not where we put it', systemError('ENOENT', 'open')],
    ['a git that cannot do what we ask', new GitFailure('add', 'fatal: bad argument')],
    ['anything else', new TypeError('x is not a function')],
  ])('%s', (_, error) => {
    const { message, code } = failure(error);
    expect(code).toBe(3);
    expect(message).toMatch(/\n\s+at /);
  });
});
