import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../generators/cli/exit-code.ts';
import { GitFailure } from '../../generators/git/process.ts';

const systemError = (code: string, syscall: string) =>
  Object.assign(new Error(`${code}: as the system says it`), { code, syscall });

describe('an environment error is not an internal error', () => {
  test.each(
    'EACCES EPERM EROFS ENOSPC EDQUOT ENOTDIR ENAMETOOLONG EEXIST ENOTEMPTY ELOOP EMFILE'.split(
      ' ',
    ),
  )('the system error %s exits with 2 and one line', (code) => {
    expect(describeFailure(systemError(code, 'open'))).toEqual({
      message: `${code}: as the system says it. Nothing was written.`,
      code: 2,
    });
  });

  test('a folder that cannot be created exits with 2', () => {
    expect(describeFailure(systemError('ENOENT', 'mkdir')).code).toBe(2);
  });

  test('a git without disk space exits with 2', () => {
    const full = 'error: unable to write file: No space left on device\nfatal: index file corrupt';
    expect(describeFailure(new GitFailure('add', full))).toEqual({
      message: 'git add: fatal: index file corrupt. Nothing was changed.',
      code: 2,
    });
  });
});

describe('an internal error exits with 3 and a stack trace', () => {
  test.each([
    ['a file of ours that is missing', systemError('ENOENT', 'open')],
    ['a git that cannot do what we ask', new GitFailure('add', 'fatal: bad argument')],
    ['anything else', new TypeError('x is not a function')],
  ])('%s', (_, error) => {
    const { message, code } = describeFailure(error);
    expect(code).toBe(3);
    expect(message).toMatch(/\n\s+at /);
  });
});
