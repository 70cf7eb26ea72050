import { commitLines, noteLines, paint, section, stepLines } from '../../cli/printing.ts';
import { type Change, countChanges } from './change.ts';

/** What a command did or would do: counts, then paths by kind, then what comes next. */
export function formatChange(change: Change): string[] {
  const counts = countChanges(change);
  if (counts === undefined && change.commits.length > 0) return formatLock(change);
  return [
    '',
    paint('title', `${headline(change)}: ${counts ?? 'nothing to do.'}`),
    ...section('added', change.added),
    ...section('changed', change.changed),
    ...section('removed', change.removed),
    ...reasonLines('merged with your edits', change.merged.map(renamedFrom)),
    ...reasonLines('kept as you have it', change.kept),
    ...reasonLines(paint('conflict', 'IN CONFLICT'), change.conflicts),
    ...releaseNoteLines(change),
    ...(change.commits.length > 0 ? [''] : []),
    ...commitLines(change.commits, ['the merge', 'the lock']),
    ...noteLines(change.notes),
    '',
    ...(counts === undefined ? [`See also: ${change.nextSteps[0]}`] : nextLines(change)),
    ...(change.conflicts.length === 0 ? firstTaskLines(change.firstTasks) : []),
  ];
}

/** Nothing to merge, but the packages were locked. */
function formatLock({ commits, notes, nextSteps }: Change): string[] {
  return [
    '',
    paint('title', 'uv.lock did not fit pyproject.toml, and was made again:'),
    ...commitLines(commits, ['the lock']),
    ...noteLines(notes),
    '',
    `See also: ${nextSteps[0]}`,
  ];
}

function headline({ command, from, to, dryRun }: Change): string {
  const verb = dryRun ? 'Would go' : 'Went';
  if (from.phase !== to.phase) return `${verb} from phase ${from.phase} to phase ${to.phase}`;
  if (from.version !== to.version && command === 'update')
    return `${verb} from version ${from.version} to ${to.version}`;
  const added = to.blocks.filter((id) => !from.blocks.includes(id));
  const removed = from.blocks.filter((id) => !to.blocks.includes(id));
  const blocks = [
    ...(added.length > 0 ? [`with ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`without ${removed.join(', ')}`] : []),
  ].join(', ');
  return `Phase ${to.phase}${blocks ? ` ${blocks}` : ''}`;
}

function reasonLines(title: string, list: readonly { path: string; reason?: string }[]): string[] {
  if (list.length === 0) return [];
  const width = Math.min(40, Math.max(...list.map(({ path }) => path.length)));
  const rows = list.map(({ path, reason }) =>
    `    ${path.padEnd(width)}${reason ? `  ${reason}` : ''}`.trimEnd(),
  );
  return ['', `  ${paint('title', title)}`, ...rows];
}

function renamedFrom({ path, from }: Change['merged'][number]) {
  return { path, ...(from ? { reason: `you renamed it from ${from}` } : {}) };
}

function releaseNoteLines({ releaseNotes }: Change): string[] {
  if (releaseNotes.length === 0) return [];
  return [
    '',
    `  ${paint('title', 'what is new')}`,
    ...releaseNotes.map(({ version, block, text }) => `    ${version}  ${block}: ${text}`),
  ];
}

function firstTaskLines(tasks: Change['firstTasks']): string[] {
  if (tasks.length === 0) return [];
  const width = Math.max(...tasks.map(({ command }) => command.length));
  return [
    'New tasks to start with:',
    ...tasks.map(({ command, why }) => `  ${paint('command', command.padEnd(width))}  ${why}`),
  ];
}

function nextLines({ conflicts, dryRun, nextSteps }: Change): string[] {
  if (dryRun) return [`To do it: ${paint('command', nextSteps[0] ?? '')}`];
  if (conflicts.length === 0) return ['Next:', ...stepLines(nextSteps)];
  const [finish = '', abort = '', lock] = nextSteps;
  return [
    'A merge is in progress. Resolve what is between <<<<<<< nimble-ml/yours and >>>>>>>, then',
    ...stepLines([finish]),
    'or undo the merge:',
    ...stepLines([abort]),
    ...(lock
      ? [
          'uv.lock does not fit the merged pyproject.toml; after the merge, lock it with',
          ...stepLines([lock]),
        ]
      : []),
  ];
}
