import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { sortTests } from './test/support/projects.ts';

const tests = sortTests();
/** Most tests wait for the processes they start, so as many run at once as there are processors. */
const common = { maxWorkers: availableParallelism(), testTimeout: 30_000 };
const globalSetup = 'test/support/pack.ts';

export default defineConfig({
  test: {
    globalSetup: 'test/support/run-folder.ts',
    projects: [
      { test: { ...common, name: 'unit', include: tests.unit, isolate: false } },
      { test: { ...common, name: 'integration', include: tests.integration, globalSetup } },
      { test: { ...common, name: 'upgrade', include: tests.upgrade, globalSetup } },
      { test: { ...common, name: 'adverse', include: tests.adverse, globalSetup } },
      { test: { ...common, name: 'slow', include: tests.slow, globalSetup } },
    ],
  },
});
