import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A command line that is timed as a whole process. */
export interface Subject {
  name: string;
  command: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** The user it runs as, when that is not the one who measures. */
  user?: number | undefined;
  /** Run before each time, not timed. */
  before?: () => void;
}

/** Medians of one subject, in milliseconds; processor time only where /proc tells it. */
export interface Figure {
  name: string;
  wall: number;
  processor: number | undefined;
}

/** Times every subject `rounds` times, interleaved, so that whatever else the machine does hits all alike. */
export function measure(subjects: readonly Subject[], rounds: number): Figure[] {
  const samples = subjects.map(() => [] as { wall: number; processor: number | undefined }[]);
  for (let round = -1; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const sample = once(subject);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  return subjects.map(({ name }, index) => {
    const taken = samples[index] ?? [];
    return {
      name,
      wall: median(taken.map((sample) => sample.wall)),
      processor: taken.every((sample) => sample.processor !== undefined)
        ? median(taken.map((sample) => sample.processor ?? 0))
        : undefined,
    };
  });
}

function once({ name, command, env, cwd, user, before }: Subject) {
  before?.();
  const [file = '', ...args] = command;
  const started = performance.now();
  const spent = childProcessorTime();
  const { status, stderr } = spawnSync(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const wall = performance.now() - started;
  const after = childProcessorTime();
  if (status !== 0 && !name.includes('refusal')) {
    throw new Error(`"${command.join(' ')}" ended with ${status}: ${String(stderr).slice(-500)}`);
  }
  return {
    wall,
    processor: after === undefined || spent === undefined ? undefined : after - spent,
  };
}

/** Milliseconds that ended children have used; Linux counts them in hundredths of a second. */
function childProcessorTime(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
