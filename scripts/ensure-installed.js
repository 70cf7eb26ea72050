// Installs this project's packages when they are missing or older than package-lock.json.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (time('node_modules/.package-lock.json') < time('package-lock.json')) {
  console.error('Installing the packages of package-lock.json (npm ci) …');
  const { status } = spawnSync('npm ci --no-fund --no-audit', { shell: true, stdio: 'inherit' });
  process.exit(status ?? 1);
}
