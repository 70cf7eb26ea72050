import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import {
  commit,
  edited,
  expectFinished,
  expectRefused,
  expectSound,
  has,
  read,
  repositoryOf,
  run,
} from '../support/repository.ts';
import { snapshotFiles } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');

/** A repository of several commits: of every file that was rendered, something was edited, moved or deleted since. */
async function makeOrigin(): Promise<string> {
  const folder = await repositoryOf(V1);
  commit(folder, edited(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'));
  renameSync(join(folder, 'notes/ideas.md'), join(folder, 'notes/thoughts.md'));
  commit(folder, {
    ...edited(folder, 'notes/thoughts.md', 'Idea 3.', 'My idea 3.'),
    ...edited(folder, 'docs/guide.md', 'Sentence 2 of', 'My sentence 2 of'),
    ...edited(folder, 'src/churn/train.py', 'log("start")', 'log("mine")'),
    'docs/old.md': null,
    Makefile: `${read(folder, 'Makefile')}\nmine:\n\techo mine\n`,
  });
  renameSync(join(folder, 'src/churn'), join(folder, 'src/loyal'));
  commit(folder, {});
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant'])
    git(folder, 'config', setting, 'true');
  return folder;
}

/** A clone that has only some objects, as a promise to fetch the others. */
function clone(origin: string, filter: string, isSparse: boolean): string {
  const folder = join(temporaryFolder(), 'partial');
  const how = ['--quiet', `--filter=${filter}`, ...(isSparse ? ['--sparse'] : [])];
  git(origin, 'clone', ...how, `file://${origin}`, folder);
  git(folder, 'config', 'user.name', 'Ada Lovelace');
  git(folder, 'config', 'user.email', 'ada@example.com');
  return folder;
}

function expectRaised(folder: string): void {
  const show = (path: string) => git(folder, 'show', `HEAD:${path}`);
  expect(show('notes/plan.md')).toContain('My point 1 of');
  expect(show('notes/plan.md')).toContain('Point 6, sharpened, of');
  expect(show('notes/thoughts.md')).toContain('My idea 3.');
  expect(show('docs/manual.md')).toContain('My sentence 2 of');
  expect(show('src/loyal/train.py')).toContain('value * 2');
  expect(show('src/loyal/train.py')).toContain('log("mine")');
  expect(show('src/loyal/factory/gate.py')).toBe('OPEN = False');
}

const FILTERS = [
  { filter: 'blob:none', sparse: false },
  { filter: 'blob:none', sparse: true },
  { filter: 'tree:0', sparse: false },
  { filter: 'tree:0', sparse: true },
  { filter: 'blob:limit=100', sparse: false },
];

test.each(FILTERS)('a clone with --filter=$filter (sparse: $sparse) is upgraded', async (how) => {
  const folder = clone(await makeOrigin(), how.filter, how.sparse);
  expect((await run(V2, folder, ['status'])).code).toBe(0);
  await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
  expectRaised(folder);
});

test.each(FILTERS)(
  'a clone with --filter=$filter (sparse: $sparse) whose remote is gone works, or is refused in one line',
  async ({ filter, sparse }) => {
    const origin = await makeOrigin();
    const folder = clone(origin, filter, sparse);
    renameSync(origin, `${origin}-gone`);
    const status = await run(V2, folder, ['status']);
    expect([0, 2], status.stderr).toContain(status.code);
    const before = snapshotFiles(folder);
    const { code, stderr } = await run(V2, folder, ['phase', '2']);
    expect([0, 1, 2], stderr).toContain(code);
    if (code === 1) git(folder, 'merge', '--abort');
    if (code !== 0) expect(snapshotFiles(folder)).toEqual(before);
    if (code === 2)
      await expectRefused(
        folder,
        () => run(V2, folder, ['phase', '2']),
        /^git .*This is a partial clone.*git fetch --refetch --no-filter/,
      );
    if (code === 0) expectSound(folder);
    expect(has(folder, '.yo-rc.json')).toBe(true);
  },
);
