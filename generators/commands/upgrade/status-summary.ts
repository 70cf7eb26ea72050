import { count, wrap } from '../../cli/printing.ts';
import type { Forecast, Status } from '../status.ts';

/** Where a repository stands, for a person. */
export function statusLines(status: Status): string[] {
  const { phase, modality, version, installed, blocks, edited, deleted, renamed } = status;
  const written =
    version === installed ? `version ${version}` : `version ${version}, ${installed} is installed`;
  const yours = [
    `${count(edited.length, 'file')} you changed`,
    `${deleted.length} you deleted`,
    `${renamed.length} you renamed`,
  ];
  return [
    '',
    `Phase ${phase}, ${modality}, ${count(blocks.length, 'block')}, ${written}`,
    `  ${yours.join(', ')}${status.uncommitted > 0 ? `; ${count(status.uncommitted, 'file')} not committed` : ''}`,
    '',
    '  blocks',
    ...wrap(blocks).map((line) => `  ${line}`),
    ...list('you changed', edited),
    ...list('you deleted', deleted),
    ...list(
      'you renamed',
      renamed.map(({ from, to }) => `${from} → ${to}`),
    ),
    ...status.notes.map((note) => `  Note: ${note}`),
    '',
    status.update
      ? `nimble-ml update would ${would(status.update)}`
      : 'Up to date with the templates of this version.',
    ...(status.phaseUp
      ? [`nimble-ml phase ${status.phaseUp.phase} would ${would(status.phaseUp)}`]
      : []),
  ];
}

function list(title: string, paths: readonly string[]): string[] {
  return paths.length === 0 ? [] : ['', `  ${title}`, ...wrap(paths).map((line) => `  ${line}`)];
}

/** `add 31, change 4, merge 2 with your edits, leave 1 as you have it, conflict in 0`. */
function would(forecast: Forecast): string {
  const { added, changed, removed, merged, kept, conflicts } = forecast;
  const said = [
    [added, `add ${added}`],
    [changed, `change ${changed}`],
    [removed, `remove ${removed}`],
    [merged, `merge ${merged} with your edits`],
    [kept, `leave ${kept} as you have it`],
  ].flatMap(([number, words]) => (number === 0 ? [] : [String(words)]));
  return `${said.join(', ')}; ${conflicts === 0 ? 'no conflict' : `${count(conflicts, 'conflict')}`}.`;
}
