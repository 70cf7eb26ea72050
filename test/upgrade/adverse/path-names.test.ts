import { execFileSync } from 'node:child_process';
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git } from '../../support/git.ts';
import {
  commit,
  edited,
  expectFinished,
  expectSound,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { snapshotFiles } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(
  {
    ...SECOND,
    'skeleton/files/Makefile': '#!/usr/bin/make -f\ncheck:\n\tpoe check\n\ntrain:\n\tpoe train\n',
  },
  '0.2.0',
);
const upgrade = (folder: string) => run(V2, folder, ['phase', '2']);

describe('names', () => {
  const NAMES = [
    'with space.txt',
    '[brackets].py',
    'star*.md',
    'que?ry',
    'ümläut.txt',
    '日本/語.md',
    '-rf',
    '--',
    'quo"te\'s',
    'back\\slash',
    'tab\there',
    'new\nline.txt',
    ':colon',
    '!bang',
    '#hash',
    '~tilde',
    'docs/<<<<<<<',
    '.hidden/.x',
    'é.txt',
    'e\u0301.txt',
  ];

  test('of any kind are carried along: blanks, brackets, newlines, leading dashes, umlauts', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, Object.fromEntries(NAMES.map((name) => [name, `mine: ${name}\n`])));
    const ended = await expectFinished(folder, () => upgrade(folder));
    for (const name of NAMES)
      expect(Buffer.from(read(folder, name), 'latin1').toString()).toBe(`mine: ${name}\n`);
    expect(ended.stdout).not.toContain('\nline.txt');
  });

  test('of renamed files too, and the changes of the template find them', async () => {
    const folder = await repositoryOf(V1);
    for (const [from, to] of [
      ['notes/plan.md', 'notes/-new\nplan [ü].md'],
      ['src/churn/train.py', '--train me.py'],
    ] as const) {
      git(folder, 'mv', '--', from, to);
    }
    commit(folder, {});
    await expectFinished(folder, () => upgrade(folder));
    expect(read(folder, 'notes/-new\nplan [ü].md')).toContain('sharpened');
    expect(read(folder, '--train me.py')).toContain('value * 2');
  });

  test.runIf(process.platform === 'linux')(
    'that are no UTF-8 stay, and one in conflict can be undone',
    async () => {
      const folder = await repositoryOf(V1);
      const odd = Buffer.concat([
        Buffer.from(`${folder}/notes/caf`),
        Buffer.from([0xe9, 0xff]),
        Buffer.from('.md'),
      ]);
      writeFileSync(odd, 'mine\n');
      commit(folder, edited(folder, 'notes/ideas.md', 'Idea 1.', 'My idea 1.'));
      const before = snapshotFiles(folder);
      await expectFinished(folder, () => upgrade(folder));
      expect(lstatSync(odd).isFile()).toBe(true);
      expect(snapshotFiles(folder)['notes/caf\u00e9\u00ff.md']).toBe(
        before['notes/caf\u00e9\u00ff.md'],
      );

      const second = await repositoryOf(V1);
      const from = Buffer.from(join(second, 'notes/plan.md'));
      const to = Buffer.concat([
        Buffer.from(`${second}/notes/pl`),
        Buffer.from([0xe4]),
        Buffer.from('n.md'),
      ]);
      execFileSync('python3', [
        '-c',
        'import os,sys; os.rename(os.fsencode(sys.argv[1]), os.fsencode(sys.argv[1]).replace(b"plan.md", b"pl\\xe4n.md"))',
        String(from),
      ]);
      writeFileSync(
        to,
        read(second, '.gitignore').slice(0, 0) +
          (await text(to)).replace('Point 6 of', 'Our point 6 of'),
      );
      commit(second, {});
      const start = snapshotFiles(second);
      expect((await upgrade(second)).code).toBe(1);
      expect(await text(to)).toContain('Our point 6 of');
      expect(await text(to)).toContain('sharpened');
      git(second, 'merge', '--abort');
      expect(snapshotFiles(second)).toEqual(start);
    },
  );

  test('that differ only in case from a new file are in the way of it only where case does not count', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, { 'GATE.TXT': 'mine\n' });
    await expectFinished(folder, () => upgrade(folder));
    expect(read(folder, 'GATE.TXT')).toBe('mine\n');
    expectSound(folder);
  });

  async function text(path: Buffer): Promise<string> {
    const { readFile } = await import('node:fs/promises');
    return (await readFile(path)).toString();
  }
});
