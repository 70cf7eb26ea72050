import { parseArgs } from 'node:util';

export interface Options {
  /** Only these modalities; empty: all that the templates hold. */
  modalities: string[];
  /** Only these phases; empty: the newest. */
  phases: number[];
  /** Only these steps and what they require; empty: all. */
  only: string[];
  /** Every step in every workspace, and nothing may be skipped: a missing part of the machine fails the run. */
  all: boolean;
  /** Which part of the work this machine does, such as `1/4`. */
  shard?: string;
  /** Print the steps and run nothing. */
  list: boolean;
  /** Report times, but do not fail when the plan takes longer than its budget. */
  noBudget: boolean;
  /** Write the measured times into the repository. */
  record: boolean;
  /** Leave the repositories and logs where they are. */
  keep: boolean;
  /** Workspaces worked on at the same time. */
  workers: number;
  /** Where the results go as JSON. */
  json?: string;
}

export const USAGE = `npm run e2e [-- options]
Without --all, --modality, --phase or --only it runs the fixed plan of test/e2e/plan.ts and keeps to its budget.
  --modality a,b   every step of these modalities
  --phase 1,2      at these phases (default: the newest)
  --only a,b       only these steps, and the ones they require
  --all            every modality at every phase, older phases in part; a step that cannot run here fails instead of being skipped
  --shard 1/4      the first of four parts of that work
  --list           print what each step needs and proves, and where the plan runs it
  --no-budget      report times, but do not fail over them (a busy machine)
  --record         write the measured times to test/e2e/times.json (an idle machine)
  --keep           leave the repositories and logs
  --workers 2      workspaces worked on at the same time
  --json FILE      also write the results there`;

/** Refuses what it does not know. */
export function parseOptions(argv: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      modality: { type: 'string', default: '' },
      phase: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
      shard: { type: 'string' },
      list: { type: 'boolean', default: false },
      'no-budget': { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  });
  return {
    modalities: list(values.modality),
    phases: list(values.phase).map(Number),
    only: list(values.only),
    all: values.all,
    list: values.list,
    noBudget: values['no-budget'],
    record: values.record,
    keep: values.keep,
    workers: Math.max(1, Number(values.workers)),
    ...(values.shard ? { shard: values.shard } : {}),
    ...(values.json ? { json: values.json } : {}),
  };
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** An unknown name is refused with the known ones. */
export function expectKnown<T>(kind: string, chosen: readonly T[], known: readonly T[]): void {
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Error(`there is no ${kind} "${unknown}"; there are: ${known.join(', ')}`);
}
