import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TESTS = join(import.meta.dirname, '..');

/** What a test imports when it starts processes: git, the command line, yo, a linter. */
const STARTS_PROCESSES = /from '(node:child_process|execa|[./]+\/support\/(bin|git|yo)\.ts)'/;

type Project = 'unit' | 'integration' | 'upgrade' | 'adverse' | 'slow';

/** The test files of each project: a test that starts no process is a unit test. */
export function sortTests(): Record<Project, string[]> {
  const all = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `test/${path.replaceAll('\\', '/')}`);
  const slow = all.filter((path) => path.endsWith('.slow.test.ts'));
  const files = all.filter((path) => !slow.includes(path));
  const adverse = files.filter((path) => path.startsWith('test/upgrade/adverse/'));
  const upgrades = files.filter((path) => path.startsWith('test/upgrade/'));
  const upgrade = upgrades.filter((path) => !adverse.includes(path));
  const others = files.filter((path) => !upgrades.includes(path));
  const integration = others.filter((path) => STARTS_PROCESSES.test(readFileSync(path, 'utf8')));
  const unit = others.filter((path) => !integration.includes(path));
  return { unit, integration, upgrade, adverse, slow };
}
