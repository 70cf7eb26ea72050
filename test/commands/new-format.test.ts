import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nextSteps } from '../../generators/commands/new.ts';
import {
  formatNewRepository,
  type NewRepository,
} from '../../generators/commands/repository/new-repository.ts';
import { temporaryFolder } from '../support/folders.ts';

const RESULT: NewRepository = {
  command: 'new',
  directory: '/x/churn',
  dryRun: false,
  from: null,
  to: { phase: 1, modality: 'tabular', version: '1.2.3', blocks: ['a', 'b'] },
  added: ['.gitignore', 'README.md', 'src/a.py', 'src/b.py', 'tests/a.py'],
  commits: ['0123456789abcdef', 'fedcba9876543210'],
  notes: ['uv is not installed.'],
  nextSteps: ['cd churn && uv run poe train'],
};

describe('the next step', () => {
  test('the next step does not enter the current folder', () => {
    expect(nextSteps('.')).toEqual(['uv run poe train']);
  });

  test('the next step enters a folder with a plain name as it is', () => {
    expect(nextSteps('work/churn-2')).toEqual(['cd work/churn-2 && uv run poe train']);
  });

  test
    .runIf(process.platform !== 'win32')
    .each([
      'two words',
      "it's",
      '"quoted"',
      '$(touch ran)',
      '`touch ran`',
      'a;touch ran',
      'a&&touch ran',
      '$HOME',
      '~',
      '*',
      'back\\slash',
      '-P',
      '!!',
      'ünï',
    ])(
    'the next step enters "%s" when it is pasted into a shell, and runs nothing else',
    (name) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, name));
      const [command = ''] = nextSteps(name);
      const enter = command.replace(/&& uv run poe train$/, '&& pwd');
      const shown = execFileSync('sh', ['-c', enter], { cwd: folder, encoding: 'utf8' });
      expect(shown).toBe(`${join(folder, name)}\n`);
    },
  );
});

describe('the printed result', () => {
  test('the printed result names what was written, committed and not done, and what comes next', () => {
    expect(formatNewRepository(RESULT)).toEqual([
      '',
      'tabular, phase 1: 5 files from 2 blocks:',
      '  src/    2 files',
      '  tests/  1 file',
      '  .gitignore  README.md',
      '  commit 0123456789  the rendered tree',
      '  commit fedcba9876  the lock',
      '  Note: uv is not installed.',
      '',
      'Next:',
      '  cd churn && uv run poe train',
    ]);
  });

  test('the printed result of a dry run says that nothing was written', () => {
    const lines = formatNewRepository({ ...RESULT, dryRun: true, commits: [], notes: [] });
    expect(lines[1]).toBe('Would write tabular, phase 1: 5 files from 2 blocks:');
    expect(lines.at(-1)).toBe('Run it without --dry-run to write it.');
    expect(lines.join('\n')).not.toContain('uv run');
  });
});
