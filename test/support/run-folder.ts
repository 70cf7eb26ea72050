// A folder of one test run, in which all temporary files of the tests and of what they start are made.
// What a test leaves there fails the run; the folder goes in any case.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `npm run golden`: whether goldens are written anew instead of compared. */
    refreshGoldens: boolean;
  }
}

/** A folder in memory, where the tests take a fifth less time than on a disk. */
const MEMORY = '/dev/shm';
const BYTES_NEEDED = 4e9;

/** The folder in memory where it is large enough and can run programs, else the usual temporary folder. */
function parentFolder(): string {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  let probe: string | undefined;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < BYTES_NEEDED) return tmpdir();
    probe = mkdtempSync(join(MEMORY, 'nimble-ml-probe-'));
    writeFileSync(join(probe, 'run'), '#!/bin/sh\n', { mode: 0o755 });
    execFileSync(join(probe, 'run'));
    return MEMORY;
  } catch {
    return tmpdir();
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}

export default function setup(project: TestProject): () => void {
  project.provide('refreshGoldens', project.config.snapshotOptions.updateSnapshot === 'all');
  const before = process.env.TMPDIR;
  const folder = realpathSync(mkdtempSync(join(parentFolder(), 'nimble-ml-tests-')));
  const [temporary, kept] = [join(folder, 'tmp'), join(folder, 'kept')];
  for (const path of [temporary, kept]) mkdirSync(path);
  chmodSync(folder, 0o755); // yo runs as another user
  chmodSync(temporary, 0o1777);
  process.env.TMPDIR = temporary;
  process.env.NIMBLE_ML_TEST_KEPT = kept;
  return () => {
    const left = readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    if (left.length === 0) return;
    console.error(`The tests left ${left.length} temporary folders or files: ${left.join(', ')}.`);
    process.exitCode = 1;
  };
}
