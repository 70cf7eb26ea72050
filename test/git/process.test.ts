import { afterEach, expect, test, vi } from 'vitest';
import { attempt } from '../../generators/git/process.ts';
import { temporaryFolder } from '../support/folders.ts';

afterEach(() => vi.unstubAllEnvs());

test('git speaks one language, whatever that of the user', async () => {
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  const asked = ['-c', 'alias.language=!echo "$LC_ALL"', 'language'];
  expect(String((await attempt(temporaryFolder(), asked)).stdout)).toBe('C\n');
});
