import { diffIndices } from 'node-diff3';
import type { Entry } from '../git/fast-import.ts';
import { findIgnored, type IgnoredPath } from '../git/ignored.ts';
import type { ObjectReader } from '../git/object-reader.ts';
import type { Repository } from '../git/repository.ts';
import type { MergeInput } from './merge-input.ts';

/** Rules of an ignore file that the templates remove and the result keeps. */
export interface KeptRules {
  /** The ignore file, from the top of the project. */
  file: string;
  rules: string[];
  /** What they cover. */
  paths: string[];
}

/**
 * Keeps every ignore rule that covers something that is there: without it, the next `git add -A` would commit Terraform's state,
 * local runs or keys.
 */
export async function keepIgnoreRules(
  input: MergeInput,
  repository: Repository,
  reader: ObjectReader,
): Promise<KeptRules[]> {
  const kept: KeptRules[] = [];
  let ignored: IgnoredPath[] | undefined;
  for (const [file, { base, current, incoming }] of input.changed) {
    if (!/(^|\/)\.gitignore$/.test(file) || !base || !current) continue;
    const before = linesOf(await textOf(input.base.get(file), reader));
    const after = linesOf(incoming ? await textOf(input.incoming.get(file), reader) : '');
    const removed = before.filter((line) => isRule(line) && !after.includes(line));
    if (removed.length === 0) continue;
    ignored ??= await findIgnored(repository);
    const covering = ignored.filter(
      ({ source, pattern }) =>
        source === repository.prefix + file && removed.some((line) => line.trim() === pattern),
    );
    if (covering.length === 0) continue;
    const rules = new Set(covering.map(({ pattern }) => pattern));
    const text = withLines(before, after, (line) => rules.has(line.trim()));
    const { mode } = incoming ?? base;
    input.incoming.set(file, { mode, bytes: Buffer.from(text, 'latin1') });
    const paths = covering.map(({ path }) => path.slice(repository.prefix.length));
    kept.push({ file, rules: [...rules], paths });
  }
  return kept;
}

/** One byte is one character. */
async function textOf(entry: Entry | undefined, reader: ObjectReader): Promise<string> {
  if (!entry) return '';
  const bytes = 'bytes' in entry ? entry.bytes : (await reader.read(entry.id))?.bytes;
  return bytes?.toString('latin1') ?? '';
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

function isRule(line: string): boolean {
  return !/^\s*(#|!|$)/.test(line);
}

/** The new lines, with those of the old ones that stay at their place. */
function withLines(before: string[], after: string[], stays: (line: string) => boolean): string {
  let at = 0;
  const lines: string[] = [];
  for (const {
    buffer1: [start, length],
    buffer2Content,
    buffer1Content,
  } of diffIndices(before, after)) {
    lines.push(...before.slice(at, start), ...buffer1Content.filter(stays), ...buffer2Content);
    at = start + length;
  }
  return [...lines, ...before.slice(at)].join('');
}

/** A line for each ignore file that keeps rules. */
export function describeKeptRules(kept: readonly KeptRules[]): string[] {
  return kept.map(({ file, rules, paths }) => {
    const more = paths.length > 4 ? ` and ${paths.length - 4} more` : '';
    return `"${file}" keeps ${rules.map((one) => `"${one}"`).join(', ')}, so that git does not take what is still here: ${paths.slice(0, 4).join(', ')}${more}. Delete the lines together with it.`;
  });
}
