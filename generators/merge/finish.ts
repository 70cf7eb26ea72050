import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endMerge } from '../git/merge-state.ts';
import { lockRepository } from '../git/repository-lock.ts';

/**
 * Ends a merge that is over: the last commit has its words, and what it merges as a parent already. Somebody stopped an
 * upgrade between its last two steps; git itself never merges a parent.
 */
export async function finishIfOver(
  gitDir: string,
  lastCommit: () => Promise<{ bytes: Buffer } | undefined>,
): Promise<void> {
  const [merged, words] = ['MERGE_HEAD', 'MERGE_MSG'].map((name) => {
    const path = join(gitDir, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  });
  if (!merged || !words) return;
  const [headers = '', ...message] = String((await lastCommit())?.bytes ?? '').split('\n\n');
  const isOver =
    headers.split('\n').includes(`parent ${merged}`) && message.join('\n\n').trim() === words;
  if (!isOver) return;
  const lock = lockRepository(gitDir);
  try {
    endMerge(gitDir);
  } finally {
    lock.release();
  }
}
