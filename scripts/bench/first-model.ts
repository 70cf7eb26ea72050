// From nothing to a trained model, per modality, warm caches: npm run bench:first-model [-- MODALITY …]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findUv } from '../find-uv.js';

const workspace = mkdtempSync(join(tmpdir(), 'nimble-ml-first-'));
const bin = resolve('dist/generators/cli.js');
const uv = findUv((line: string) => console.error(line));
const { PYTHONDONTWRITEBYTECODE: _, ...inherited } = process.env;
const env = { ...inherited, PATH: `${dirname(uv)}${delimiter}${process.env.PATH}` };

/** Seconds of one command. */
function time(cwd: string, file: string, ...args: string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(file, args, {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) {
    throw new Error(
      `"${[file, ...args].join(' ')}" ended with ${status}: ${String(stderr).slice(-500)}`,
    );
  }
  return (performance.now() - started) / 1000;
}

/** write + lock + install, first training, `import mlflow` in the same environment, in seconds. */
function firstModel(modality: string) {
  const folder = join(workspace, modality);
  const written = time(workspace, 'node', bin, 'new', folder, '--modality', modality, '--yes');
  const trained = time(folder, uv, 'run', '--locked', 'poe', 'train');
  const again = time(folder, uv, 'run', '--locked', 'poe', 'train');
  const imported = time(folder, uv, 'run', '--locked', 'python', '-c', 'import mlflow');
  rmSync(folder, { recursive: true, force: true });
  return { written, trained, again, imported };
}

const known = readdirSync(resolve('templates/modalities')).sort();
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
try {
  console.log(
    'seconds   write+install  first train  second train  import mlflow  total  total / import',
  );
  for (const modality of chosen) {
    const { written, trained, again, imported } = firstModel(modality);
    const total = written + trained;
    const cells = [written, trained, again, imported, total].map((value) => value.toFixed(1));
    console.log([modality.padEnd(8), ...cells, (total / imported).toFixed(1)].join('  '));
  }
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
