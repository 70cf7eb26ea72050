// From a checkout to a trained model: installs, builds, writes a tabular repository, installs it, trains.
// Usage: npm run demo [-- FOLDER]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findUv } from './find-uv.js';

const parent = process.argv[2] ? undefined : mkdtempSync(join(tmpdir(), 'nimble-ml-'));
const folder = resolve(process.argv[2] ?? join(parent, 'churn'));
useOwnTemporaryFolder();
const shown = spawnSync('uv', ['--version']).status === 0 ? 'uv' : undefined;
const uv = findUv(console.log);
process.env.PATH = `${dirname(uv)}${delimiter}${process.env.PATH}`;

run('node', ['scripts/ensure-installed.js'], '.');
run('node', ['scripts/build.js'], '.');
run('node', ['dist/generators/cli.js', 'new', folder, '--modality', 'tabular', '--yes'], '.');
run(uv, ['run', '--locked', 'poe', 'train'], folder);

console.log(`\nThe repository is in "${folder}". Look at it:\n  cd "${folder}"`);
console.log(`  ${shown ?? uv} run poe report\n  ${shown ?? uv} run poe ui`);

/** What the commands leave behind in their temporary folder goes, and so does a demo that wrote nothing. */
function useOwnTemporaryFolder() {
  const temporary = mkdtempSync(join(tmpdir(), 'nimble-ml-demo-'));
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;
  process.on('exit', () => {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
    if (parent && readdirSync(parent).length === 0) rmSync(parent, { recursive: true });
  });
}

function run(command, args, cwd) {
  console.log(`\n$ ${[command === uv ? 'uv' : command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}
