import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { binOf, cleanEnvironment, installedPackage } from '../../support/bin.ts';
import { makeFolder } from '../../support/folders.ts';
import { MODALITIES, PHASES } from '../../support/repositories.ts';
import { campaign, report } from '../oracle/campaign.ts';
import { makeFixture, stepsBetween } from '../oracle/fixtures.ts';
import { nodeModules } from '../oracle/third-party.ts';

const STEPS = stepsBetween(MODALITIES, PHASES);
const workspace = makeFolder();
afterAll(() => rmSync(workspace, { recursive: true, force: true, maxRetries: 3 }), 60_000);
const bin = { path: binOf(installedPackage()), env: cleanEnvironment() };
const FIXTURES = Promise.all(STEPS.map((step) => makeFixture(bin, workspace, step)));

/** Fixed here, so that a test is not red by chance; the nightly run takes another every day. */
const SEED = 20_261_122;

test('random edits of whole repositories, raised by every step: no line is lost', async () => {
  const tally = await campaign(await FIXTURES, nodeModules(), {
    seed: SEED,
    edits: 300, // enough for one trial of each step
    maxEdits: 30,
    atOnce: 2,
  });
  expect(tally.failures.map(report).join('\n\n')).toBe('');
  expect(tally.trials).toBeGreaterThanOrEqual(STEPS.length);
  console.log(`random edits: seed ${SEED}, ${JSON.stringify({ ...tally, failures: 0 })}`);
}, 120_000);
