import { wrap } from '../../cli/printing.ts';
import type { Change } from '../../cli/request.ts';
import { counts } from './apply.ts';

/** What a command did or would do, for a person: counts, then paths by kind, then the one thing to do next. */
export function changeLines(change: Change): string[] {
  const nothing = counts(change) === 'nothing to do';
  return [
    '',
    `${headline(change)}${nothing ? ': nothing to do.' : `: ${counts(change)}`}`,
    ...paths('added', change.added),
    ...paths('changed', change.changed),
    ...paths('removed', change.removed),
    ...reasons('merged with your edits', change.merged.map(movedFrom)),
    ...reasons('kept as you have it', change.kept),
    ...reasons('IN CONFLICT', change.conflicts),
    ...news(change),
    ...(change.commits.length > 0 ? [''] : []),
    ...change.commits.map((id, index) => `  commit ${id.slice(0, 10)}  ${COMMITS[index]}`),
    ...change.notes.map((note) => `  Note: ${note}`),
    '',
    ...nextLines(change, nothing),
  ];
}

const COMMITS = ['the merge', 'the lock'];

function headline({ command, from, to, dryRun }: Change): string {
  const would = dryRun ? 'Would go' : 'Went';
  if (from.phase !== to.phase) return `${would} from phase ${from.phase} to phase ${to.phase}`;
  if (from.version !== to.version && command === 'update')
    return `${would} from version ${from.version} to ${to.version}`;
  const gone = from.blocks.filter((id) => !to.blocks.includes(id));
  const come = to.blocks.filter((id) => !from.blocks.includes(id));
  const said = [
    ...(come.length > 0 ? [`with ${come.join(', ')}`] : []),
    ...(gone.length > 0 ? [`without ${gone.join(', ')}`] : []),
  ].join(', ');
  return `Phase ${to.phase}${said ? ` ${said}` : ''}`;
}

function paths(kind: string, list: readonly string[]): string[] {
  return list.length === 0 ? [] : ['', `  ${kind}`, ...wrap(list).map((line) => `  ${line}`)];
}

function reasons(kind: string, list: readonly { path: string; reason?: string }[]): string[] {
  if (list.length === 0) return [];
  const width = Math.min(40, Math.max(...list.map(({ path }) => path.length)));
  return [
    '',
    `  ${kind}`,
    ...list.map(({ path, reason }) =>
      `    ${path.padEnd(width)}${reason ? `  ${reason}` : ''}`.trimEnd(),
    ),
  ];
}

function movedFrom({ path, from }: Change['merged'][number]) {
  return { path, ...(from ? { reason: `you renamed it from ${from}` } : {}) };
}

function news({ changes }: Change): string[] {
  if (changes.length === 0) return [];
  return [
    '',
    '  what is new',
    ...changes.map(({ version, block, text }) => `    ${version}  ${block}: ${text}`),
  ];
}

function nextLines({ conflicts, dryRun, next }: Change, nothing: boolean): string[] {
  if (nothing) return [`Look: ${next[0]}`];
  if (dryRun) return [`To do it: ${next[0]}`];
  if (conflicts.length === 0) return ['Next:', ...next.map((line) => `  ${line}`)];
  const [finish, back] = next;
  return [
    'A merge is in progress: settle what is between <<<<<<< nimble-ml/yours and >>>>>>>, then',
    `  ${finish}`,
    'or go back to where you were:',
    `  ${back}`,
  ];
}
