import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of one test's own, taken back when the test ends. */
export function temporaryFolder(): string {
  const folder = makeIn(tmpdir());
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A folder for several tests, which is there until all tests have run. */
export function makeFolder(): string {
  return makeIn(process.env.NIMBLE_ML_TEST_KEPT ?? tmpdir());
}

function makeIn(parent: string): string {
  return realpathSync(mkdtempSync(join(parent, 'nimble-ml-test-')));
}

/** Writes path → content below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Path → bytes of every file below a folder, `.git` left out; sorted. */
export function readFiles(folder: string, leaveOut: readonly string[] = ['.git']) {
  const walk = (parent: string): string[] =>
    readdirSync(parent, { withFileTypes: true })
      .filter((entry) => !leaveOut.includes(entry.name))
      .flatMap((entry) =>
        entry.isDirectory() ? walk(join(parent, entry.name)) : [join(parent, entry.name)],
      );
  const paths = walk(folder).map((path) => relative(folder, path).replaceAll('\\', '/'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path))]));
}

/** The names in a folder, hidden ones too. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
