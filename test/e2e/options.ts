import { parseArgs } from 'node:util';

export interface Options {
  /** Only these modalities; empty: all that the templates hold. */
  modalities: string[];
  /** Only these phases; empty: the newest for every modality, and the first for one of them. */
  phases: number[];
  /** Only these steps and what they need; empty: all. */
  only: string[];
  /** Every modality at every phase, and nothing may be skipped: a missing part of the machine fails the run. */
  all: boolean;
  /** Leave the repositories and logs where they are. */
  keep: boolean;
  /** Rooms worked on at the same time. */
  lanes: number;
  /** Where the results go as JSON. */
  json?: string;
}

export const USAGE = `npm run e2e [-- options]
  --modality a,b   only these modalities
  --phase 1,2      these phases (default: the newest for every modality, phase 1 for one)
  --only a,b       only these steps, and the ones they need
  --all            every modality at every phase and the long steps too; one that cannot run here fails instead of being skipped
  --keep           leave the repositories and logs
  --lanes 2        rooms worked on at the same time
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
      keep: { type: 'boolean', default: false },
      lanes: { type: 'string', default: '2' },
      json: { type: 'string' },
    },
  });
  return {
    modalities: list(values.modality),
    phases: list(values.phase).map(Number),
    only: list(values.only),
    all: values.all,
    keep: values.keep,
    lanes: Math.max(1, Number(values.lanes)),
    ...(values.json ? { json: values.json } : {}),
  };
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** The chosen names, or all; an unknown one is refused with the known ones. */
export function choose(kind: string, chosen: string[], known: string[]): string[] {
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no ${kind} "${unknown}"; there are: ${known.join(', ')}`);
  }
  return chosen.length > 0 ? chosen : known;
}
