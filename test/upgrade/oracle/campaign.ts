import type { Edit, Material } from './edits.ts';
import { proposeEdits } from './propose.ts';
import { randomFrom } from './random.ts';
import { shrink } from './shrink.ts';
import type { ThirdParty } from './third-party.ts';
import { type Fixture, tryEdits, Unfit } from './trial.ts';

/** What a row of trials came to. */
export interface Tally {
  trials: number;
  edits: number;
  clean: number;
  stopped: number;
  conflicts: number;
  /** Trials left out, because git cannot hold what their edits made. */
  unfit: number;
  failures: Failure[];
}

/** A loss, with all that is needed to see it again. */
export interface Failure {
  fixture: string;
  seed: number;
  wrong: string[];
  /** The fewest edits that show it. */
  edits: readonly Edit[];
}

/** At least this many edits are made in each trial. */
const MIN_EDITS = 5;

/** Trials on several fixtures in turn, from one seed, until so many edits are made. */
export async function campaign(
  fixtures: readonly Fixture[],
  code: ThirdParty,
  {
    seed,
    edits: wanted,
    maxEdits = 14,
    atOnce = 1,
    stopAfter = 5,
    uncut = false,
    watch = () => {},
  }: {
    seed: number;
    edits: number;
    maxEdits?: number;
    atOnce?: number;
    stopAfter?: number;
    /** Leave failures as long as they came: cutting them down takes a trial for each try. */
    uncut?: boolean;
    watch?: (tally: Tally) => void;
  },
): Promise<Tally> {
  const tally: Tally = {
    trials: 0,
    edits: 0,
    clean: 0,
    stopped: 0,
    conflicts: 0,
    unfit: 0,
    failures: [],
  };
  let given = 0;
  const work = async () => {
    while (tally.edits < wanted && tally.failures.length < stopAfter) {
      const number = given++;
      const fixture = fixtures[number % fixtures.length] as Fixture;
      await runTrial(fixture, code, { seed: seed + number, maxEdits, uncut }, tally);
      watch(tally);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally;
}

async function runTrial(
  fixture: Fixture,
  code: ThirdParty,
  { seed, maxEdits, uncut }: { seed: number; maxEdits: number; uncut: boolean },
  tally: Tally,
) {
  const random = randomFrom(seed);
  const material: Material = { code, incoming: fixture.incoming };
  const count = MIN_EDITS + random.below(maxEdits - MIN_EDITS + 1);
  const { edits } = proposeEdits(random, count, fixture.base, material, fixture.own);
  const verdict = await tryEdits(fixture, edits, material).catch((error: unknown) => {
    if (error instanceof Unfit) return undefined;
    throw error;
  });
  if (!verdict) {
    tally.unfit += 1;
    return;
  }
  const { wrong, code: ended, conflicts } = verdict;
  tally.trials += 1;
  tally.edits += edits.length;
  if (ended === 0) tally.clean += 1;
  else tally.stopped += 1;
  tally.conflicts += conflicts;
  if (wrong.length === 0) return;
  console.error(report({ fixture: fixture.title, seed, wrong, edits: [] }));
  const fails = async (fewer: readonly Edit[]) =>
    (await tryEdits(fixture, fewer, material)).wrong.length > 0;
  const fewest = uncut ? edits : await shrink(edits, fails);
  const again = await tryEdits(fixture, fewest, material);
  tally.failures.push({
    fixture: fixture.title,
    seed,
    wrong: again.wrong.length > 0 ? again.wrong : wrong,
    edits: fewest,
  });
}

/** A failure as a developer repeats it. */
export function report({ fixture, seed, wrong, edits }: Failure): string {
  return [
    `${fixture}, seed ${seed}:`,
    ...wrong.slice(0, 6).map((line) => `  ${line}`),
    ...(edits.length === 0 ? ['  cutting the edits down …'] : []),
    ...(edits.length > 0
      ? [`  after ${edits.length === 1 ? 'this edit' : `these ${edits.length} edits`}:`]
      : []),
    ...edits.map((edit) => `    ${JSON.stringify(edit)}`),
  ].join('\n');
}
