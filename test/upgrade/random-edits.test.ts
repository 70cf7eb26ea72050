import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { binOf, cleanEnvironment, installedPackage } from '../support/bin.ts';
import { makeFolder, readFiles } from '../support/folders.ts';
import { git } from '../support/git.ts';
import { MODALITIES, PHASES } from '../support/repositories.ts';
import { campaign, report } from './oracle/campaign.ts';
import { makeGround, stepsBetween } from './oracle/fixtures.ts';
import { nodeModules } from './oracle/third-party.ts';
import { expectFinished, run } from './support/repository.ts';

const STEPS = stepsBetween(MODALITIES, PHASES);
const room = makeFolder();
afterAll(() => rmSync(room, { recursive: true, force: true, maxRetries: 3 }), 60_000);
const bin = { path: binOf(installedPackage()), env: cleanEnvironment() };
const GROUNDS = Promise.all(STEPS.map((step) => makeGround(bin, room, step)));

/** Fixed here, so that a test is not red by chance; the nightly run takes another every day. */
const SEED = 20_261_122;

test('random edits of whole repositories, raised by every step: no line is lost', async () => {
  const tally = await campaign(await GROUNDS, nodeModules(), {
    seed: SEED,
    edits: 150,
    most: 30,
    atOnce: 2,
  });
  expect(tally.failures.map(report).join('\n\n')).toBe('');
  expect(tally.trials).toBeGreaterThanOrEqual(STEPS.length);
  console.log(`random edits: seed ${SEED}, ${JSON.stringify({ ...tally, failures: 0 })}`);
}, 120_000);

describe('every modality, raised by every step without edits', () => {
  test.each(STEPS)('$modality $from → $to equals a new repository, byte for byte', async (step) => {
    const ground = (await GROUNDS)[STEPS.indexOf(step)];
    if (!ground) throw new Error('no ground');
    await expectFinished(ground.folder, () =>
      run(installedPackage(), ground.folder, ['phase', String(step.to)]),
    );
    const fresh = join(ground.folder, `../../phase-${step.to}/churn`);
    expect(readFiles(ground.folder)).toEqual(readFiles(fresh));
    expect(git(ground.folder, 'rev-parse', 'HEAD^{tree}')).toBe(
      git(fresh, 'rev-parse', 'HEAD^{tree}'),
    );
  });
});
