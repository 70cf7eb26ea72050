import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment, installedPackage } from '../support/bin.ts';
import { makeFolder, readFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { MODALITIES, PHASES } from '../support/repositories.ts';
import { makeFixture, stepsBetween } from './oracle/fixtures.ts';
import { expectFinished, run } from './support/repository.ts';

const STEPS = stepsBetween(MODALITIES, PHASES);
const workspace = makeFolder();
afterAll(() => rmSync(workspace, { recursive: true, force: true, maxRetries: 3 }), 60_000);
const bin = { path: binOf(installedPackage()), env: cleanEnvironment() };
const FIXTURES = Promise.all(STEPS.map((step) => makeFixture(bin, workspace, step)));

describe('every modality, raised by every step without edits', () => {
  test.each(STEPS)('$modality $from → $to equals a new repository, byte for byte', async (step) => {
    const fixture = (await FIXTURES)[STEPS.indexOf(step)];
    if (!fixture) throw new Error('no fixture');
    await expectFinished(fixture.folder, () =>
      run(installedPackage(), fixture.folder, ['phase', String(step.to)]),
    );
    const fresh = join(fixture.folder, `../../phase-${step.to}/churn`);
    expect(readFiles(fixture.folder)).toEqual(readFiles(fresh));
    expect(git(fixture.folder, 'rev-parse', 'HEAD^{tree}')).toBe(
      git(fresh, 'rev-parse', 'HEAD^{tree}'),
    );
  });
});
