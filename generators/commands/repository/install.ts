import type { Door, Outcome, Plan } from '../../cli/request.ts';
import { commitLock } from './commit.ts';
import { runUv } from './uv.ts';

/** Locks and installs with uv, its progress in view. What cannot be done becomes a note, not a failure. */
export async function install(
  directory: string,
  made: Plan,
  commits: boolean,
  outcome: Outcome,
  door: Door,
): Promise<void> {
  door.tell('Locking the dependencies: uv lock');
  const locked = await runUv(directory, ['lock']);
  if (locked !== undefined) {
    outcome.notes.push(`${locked} Once uv works, lock and install: uv sync`);
    return;
  }
  if (commits && outcome.commits.length > 0) await commitLock(directory, made, outcome);
  door.tell('Installing them into .venv: uv sync --locked');
  const synced = await runUv(directory, ['sync', '--locked']);
  if (synced !== undefined)
    outcome.notes.push(`${synced} Once uv works, install: uv sync --locked`);
}
