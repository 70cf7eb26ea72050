import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git } from '../support/git.ts';
import { TEMPLATES } from '../support/repositories.ts';

test('no file that .gitignore names is in a commit, such as bytecode that Python wrote', () => {
  const checkout = join(TEMPLATES, '..');
  expect(git(checkout, 'ls-files', '--cached', '--ignored', '--exclude-standard')).toBe('');
});
