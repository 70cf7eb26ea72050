import type { Outcome } from './request.ts';

/** The commands that come next, as one would type them. */
export function nextCommands(shown: string): string[] {
  const enter = shown === '.' ? '' : `cd ${quoteForShell(shown)} && `;
  return [`${enter}uv run poe train`];
}

/** A path that a shell takes to the letter. */
export function quoteForShell(path: string): string {
  const plain = path.startsWith('-') ? `./${path}` : path;
  if (/^[\p{L}\p{N}_@%+:,./\\-]+$/u.test(plain) && (!plain.includes('\\') || isWindows))
    return plain;
  return isWindows ? `"${plain}"` : `'${plain.replaceAll("'", "'\\''")}'`;
}

const isWindows = process.platform === 'win32';

/** What was written and what to do now, for a person. */
export function summary(outcome: Outcome): string[] {
  const { phase, modality, blocks } = outcome.to;
  const what = `${modality}, phase ${phase}: ${count(outcome.added.length, 'file')} from ${count(blocks.length, 'block')}`;
  return [
    '',
    outcome.dryRun ? `Would write ${what}:` : `${what}:`,
    ...rooms(outcome.added),
    ...outcome.commits.map((id, index) => `  commit ${id.slice(0, 10)}  ${COMMITS[index]}`),
    ...outcome.notes.map((note) => `  Note: ${note}`),
    '',
    outcome.dryRun ? 'Without --dry-run it is written.' : 'Next:',
    ...(outcome.dryRun ? [] : outcome.next.map((line) => `  ${line}`)),
  ];
}

const COMMITS = ['the rendered tree', 'the lock'];

/** Top-level folders with their number of files, then the files beside them. */
function rooms(paths: readonly string[]): string[] {
  const folders = new Map<string, number>();
  for (const path of paths.filter((one) => one.includes('/'))) {
    const [folder = ''] = path.split('/');
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const width = Math.max(0, ...[...folders.keys()].map((name) => name.length));
  const files = paths.filter((path) => !path.includes('/'));
  return [
    ...[...folders].map(
      ([name, held]) => `  ${`${name}/`.padEnd(width + 1)}  ${count(held, 'file')}`,
    ),
    ...wrap(files),
  ];
}

/** Words two apart, in lines of at most eighty characters. */
export function wrap(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''}  ${word}`;
    if (lines.length > 0 && longer.length <= 80) lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
