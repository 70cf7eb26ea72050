import { noteLines, paint, quoteForShell, stepLines } from '../../cli/printing.ts';
import type { EachRepository, EachResult } from './each.ts';

/** A table of what was done or would be done, and where the user has to do it. */
export function formatEach({ each, dryRun, repositories, nextSteps }: EachResult): string[] {
  const changed = repositories.filter(({ state }) => state === 'updated' || state === 'planned');
  const ours = repositories.filter(({ state }) => state !== 'skipped');
  const verb = dryRun ? 'Would update' : 'Updated';
  const width = Math.max(0, ...repositories.map(({ path }) => path.length));
  const left = repositories.filter(({ state }) => state === 'conflict');
  return [
    '',
    paint('title', `${verb} ${changed.length} of ${ours.length} repositories below "${each}":`),
    ...repositories.map((one) => `  ${one.path.padEnd(width)}  ${describe(one)}`),
    ...repositories.flatMap(({ path, notes }) => noteLines(notes.map((one) => `${path}: ${one}`))),
    ...(left.length > 0
      ? [
          '',
          'In conflict, and left as they are. Resolve each one in its folder:',
          ...stepLines(
            left.map(({ directory }) => `cd ${quoteForShell(directory)} && nimble-ml update`),
          ),
        ]
      : []),
    ...(nextSteps.length > 0 ? ['', `To do it: ${paint('command', nextSteps[0] ?? '')}`] : []),
  ];
}

/** `0.1.0 → 0.2.0  3 added, 1 changed  commit 1234567890`. */
function describe({ state, from, to, changes, reason, commits }: EachRepository): string {
  if (state === 'skipped' || state === 'refused') return `${state}: ${reason}`;
  const versions = from === to ? `${from}` : `${from} → ${to}`;
  const what = {
    current: 'up to date',
    planned: `${changes}`,
    updated: `${changes ?? 'uv.lock made again'}  commit ${commits[0]?.slice(0, 10)}`,
    conflict: `conflict in ${reason}`,
  }[state];
  return `${versions}  ${what}`;
}
