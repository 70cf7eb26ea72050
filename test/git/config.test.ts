import { afterEach, describe, expect, test, vi } from 'vitest';
import { gitConfig } from '../../generators/git/config.ts';
import { homeWith } from '../support/git.ts';

const ADA = '[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n';

afterEach(() => vi.unstubAllEnvs());

describe('gitConfig', () => {
  test('reads a value, and nothing when there is none', async () => {
    homeWith(ADA);
    expect(await gitConfig('user.name')).toBe('Ada Lovelace');
    expect(await gitConfig('init.defaultBranch')).toBeUndefined();
  });

  test.each([
    'GIT_EDITOR',
    'GIT_ASKPASS',
    'GIT_SSH_COMMAND',
    'GIT_PAGER',
    'EDITOR',
    'PAGER',
    'SSH_ASKPASS',
  ])('reads it in a terminal that sets %s', async (key) => {
    homeWith(ADA);
    vi.stubEnv(key, 'false');
    expect(await gitConfig('user.name')).toBe('Ada Lovelace');
  });

  test('a broken configuration has no values', async () => {
    homeWith('[user\nname');
    expect(await gitConfig('user.name')).toBeUndefined();
  });
});
