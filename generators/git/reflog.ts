import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Repository } from './repository.ts';

/** The logs that a move of HEAD writes to, and how long each is. */
export function measureLogs({ gitDir, objects }: Repository): ReadonlyMap<string, number> {
  const [, branch] = /^ref: (.+)\n$/.exec(readFileSync(join(gitDir, 'HEAD'), 'utf8')) ?? [];
  const logs = [
    join(gitDir, 'logs/HEAD'),
    ...(branch ? [join(dirname(objects), 'logs', branch)] : []),
  ];
  const there = logs.filter((path) => existsSync(path));
  return new Map(there.map((path) => [path, statSync(path).size]));
}

/** Takes the line of a move out of the logs again, whole or begun: git writes it before the branch, which it then could not move. */
export function shortenLogs(
  measured: ReadonlyMap<string, number>,
  before: string,
  after: string,
): void {
  for (const [path, size] of measured) {
    const added = readFileSync(path).subarray(size).toString('latin1');
    const start = `${before} ${after} `;
    const isOurs = start.startsWith(added.slice(0, start.length)) && !/\n./.test(added);
    if (added !== '' && isOurs) truncateSync(path, size);
  }
}
