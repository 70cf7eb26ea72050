import { execa } from 'execa';
import { commitLock } from './commit.ts';
import type { Door, Outcome, Plan } from './request.ts';

/** Locks and installs with uv, its progress in view. What cannot be done becomes a note, not a failure. */
export async function install(
  directory: string,
  made: Plan,
  commits: boolean,
  outcome: Outcome,
  door: Door,
): Promise<void> {
  door.tell('Locking the dependencies: uv lock');
  const locked = await uv(directory, ['lock']);
  if (locked !== undefined) {
    outcome.notes.push(`${locked} Once uv works, lock and install: uv sync`);
    return;
  }
  if (commits && outcome.commits.length > 0) await commitLock(directory, made, outcome);
  door.tell('Installing them into .venv: uv sync --locked');
  const synced = await uv(directory, ['sync', '--locked']);
  if (synced !== undefined)
    outcome.notes.push(`${synced} Once uv works, install: uv sync --locked`);
}

/** Why it failed, or nothing. */
async function uv(directory: string, args: readonly string[]): Promise<string | undefined> {
  const result = await execa('uv', args, {
    cwd: directory,
    stdin: 'ignore',
    stdout: process.stderr,
    stderr: process.stderr,
    env: { VIRTUAL_ENV: undefined },
    reject: false,
  });
  if (!result.failed) return undefined;
  if (result.exitCode === undefined) return 'uv is not installed (https://docs.astral.sh/uv).';
  return `"uv ${args.join(' ')}" failed with exit code ${result.exitCode}; the lines above say why.`;
}
