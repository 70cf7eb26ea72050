import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endMerge } from '../git/merge-state.ts';
import { lockRepository } from '../git/repository-lock.ts';

/**
 * Ends a merge that is complete: the last commit has its message, and its second parent. An upgrade was stopped between
 * its last two steps; git itself never merges a commit that is a parent already.
 */
export async function finishIfOver(
  gitDir: string,
  lastCommit: () => Promise<{ bytes: Buffer } | undefined>,
): Promise<void> {
  const [merged, message] = ['MERGE_HEAD', 'MERGE_MSG'].map((name) => {
    const path = join(gitDir, name);
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  });
  if (!merged || !message) return;
  const [headers = '', ...paragraphs] = String((await lastCommit())?.bytes ?? '').split('\n\n');
  const isOver =
    headers.split('\n').includes(`parent ${merged}`) && paragraphs.join('\n\n').trim() === message;
  if (!isOver) return;
  const lock = lockRepository(gitDir);
  try {
    endMerge(gitDir);
  } finally {
    lock.release();
  }
}
