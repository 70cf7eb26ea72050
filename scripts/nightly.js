// The tests with all that is too slow for every day, then ten thousand random edits: npm run nightly
import { spawnSync } from 'node:child_process';

process.env.NIMBLE_ML_NIGHTLY = '1';
for (const command of ['npm test', 'npm run test:slow', 'npm run nightly:upgrades']) {
  console.log(`\n$ ${command}`);
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
