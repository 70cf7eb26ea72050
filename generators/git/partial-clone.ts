import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../engine/errors.ts';
import { splitFields } from './path-bytes.ts';
import { GitFailure, git } from './process.ts';
import type { Repository } from './repository.ts';

/** Whether objects of a repository may be on a remote only: git marks the packs that refer to such objects. */
export function isPartialClone({ objects }: Pick<Repository, 'objects'>): boolean {
  const packs = join(objects, 'pack');
  return existsSync(packs) && readdirSync(packs).some((name) => name.endsWith('.promisor'));
}

/** What git reads to reach the remote that has the other objects; nothing else of the user's settings. */
const TRANSPORT =
  /^(remote|url|http|credential|ssh|protocol|extensions\.partialclone$)(\.|$)|^core\.(sshcommand|gitproxy|askpass|partialclonefilter)$/i;

/** The lines of a configuration with which another repository fetches what is missing here. */
export async function readTransport({ top }: Pick<Repository, 'top'>): Promise<string[]> {
  const listed = splitFields(await git(top, ['config', '--list', '-z'])).map(String);
  return listed.flatMap((entry) => {
    const end = entry.indexOf('\n');
    const [key, value] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    const first = key.indexOf('.');
    const last = key.lastIndexOf('.');
    const [section, name] = [key.slice(0, first), key.slice(last + 1)];
    if (!TRANSPORT.test(section) && !TRANSPORT.test(key)) return [];
    const isPath = name === 'url' && /^\.{1,2}\//.test(value);
    const subsection = first === last ? '' : ` ${quote(key.slice(first + 1, last))}`;
    return [
      `[${section}${subsection}]`,
      `${name} = ${quote(isPath ? resolve(top, value) : value)}`,
    ];
  });
}

/** As a configuration file quotes a value. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}

/** A failure of git in a partial clone, where the likely reason is that the remote does not give an object. */
export function explainMissing(error: unknown, repository: Repository): unknown {
  if (!(error instanceof GitFailure) || !isPartialClone(repository)) return error;
  return new Refusal(
    `${error.message}. Nothing was changed. This is a partial clone, and an object that is on its remote only could not be fetched. Connect to the remote and try again, or fetch everything while you can: git fetch --refetch --no-filter`,
  );
}
