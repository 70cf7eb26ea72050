import { ANSWERS_FILE, LOCK_FILE } from '../../engine/state.ts';
import { ObjectReader } from '../../git/object-reader.ts';
import { explainMissing, isPartialClone, readTransport } from '../../git/partial-clone.ts';
import { prepareToStart } from '../../git/process.ts';
import { openRepository } from '../../git/repository.ts';
import { finishIfOver } from '../../merge/finish.ts';
import { checkFinished } from '../../merge/preflight.ts';
import { ExistingRepository } from './existing-repository.ts';

/** Opens the repository around a folder; for a change it must be one that this version can change. */
export async function openExistingRepository(
  from: string,
  { forChange = true, dryRun = false }: { forChange?: boolean; dryRun?: boolean } = {},
): Promise<ExistingRepository> {
  const opening = openRepository(from);
  prepareToStart();
  const repository = await opening;
  const reader = new ObjectReader(repository.top);
  try {
    const place = `${repository.head}:${repository.prefix}`;
    const [answers, lock] = await Promise.all([
      reader.read(place + ANSWERS_FILE),
      reader.read(place + LOCK_FILE),
    ]);
    if (forChange && !dryRun)
      await finishIfOver(repository.gitDir, () => reader.read(repository.head));
    if (forChange) checkFinished(repository);
    const transport = isPartialClone(repository) ? await readTransport(repository) : [];
    const state = { answers: answers?.bytes, lock: lock?.bytes };
    return new ExistingRepository(repository, reader, state, transport);
  } catch (error) {
    await reader.close();
    throw explainMissing(error, repository);
  }
}
