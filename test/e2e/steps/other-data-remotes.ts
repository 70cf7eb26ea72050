import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { STORAGE_SERVERS, type StorageServer } from '../machine/storage-servers.ts';
import { openClone } from '../repository/clone.ts';
import { filesIn } from '../repository/files.ts';
import { expectMatch, expectRefused } from '../repository/output.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Data pushed to other storage',
  needs: 'Emulators of Google Cloud and Azure, and an SSH server.',
  proves:
    'Data goes to Google Cloud, Azure and SSH and comes back the same in another clone, and bad remotes are refused in one line.',
  scope: 'tooling',
  from: 2,
  requires: ['write'],
  run: moveData,
};

const COMMITTER = ['-c', 'user.name=End to End', '-c', 'user.email=e2e@example.com'];
const REPRO = 'uvx --from dvc==3.67.1 dvc repro data';
const PREPARED = join('data', 'prepared');

/** To Google Cloud, Azure and a host behind SSH, and back into another clone: the same bytes. */
async function moveData(workspace: Workspace): Promise<string> {
  const here = await openClone(workspace, workspace.repository, 'other-remotes');
  await workspace.shell(REPRO, { cwd: here });
  await workspace.run('git', ['add', '--', 'dvc.lock', 'data'], { cwd: here });
  await workspace.run('git', [...COMMITTER, 'commit', '--quiet', '-m', 'Data'], { cwd: here });
  const there = await openClone(workspace, here, 'other-remotes-elsewhere');
  const used: string[] = [];
  const missing: string[] = [];
  const names = workspace.partsOf('other-data-remotes', Object.keys(STORAGE_SERVERS));
  for (const name of names) {
    try {
      const open = STORAGE_SERVERS[name as keyof typeof STORAGE_SERVERS];
      await useServer(workspace, await open(workspace), here, there);
      used.push(name);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      missing.push(`not ${name}: ${error.message}`);
    }
  }
  await rm(here, { recursive: true, force: true });
  await rm(there, { recursive: true, force: true });
  if (used.length === 0) throw new Skip(missing.join('; '));
  return [used.join(', '), ...missing].join('; ');
}

async function useServer(
  workspace: Workspace,
  server: StorageServer,
  here: string,
  there: string,
): Promise<void> {
  try {
    await refuse(workspace, server, here);
    const options = { cwd: here, env: server.env };
    await workspace.shell(`uv run poe data-remote ${server.remote}`, options);
    expectMatch(
      (await workspace.shell('uv run poe data-push', options)).stdout,
      /Uploaded \d+ files/,
    );
    expectMatch(
      (await workspace.shell('uv run poe data-status', options)).stdout,
      /: all of it\.$/m,
    );
    await workspace.run('git', ['add', '--', '.dvc/config'], { cwd: here });
    const message = ['commit', '--quiet', '-m', 'A remote for data'];
    await workspace.run('git', [...COMMITTER, ...message], { cwd: here });
    await pull(workspace, server, here, there);
  } finally {
    await server.close();
  }
}

/** Each is one line and status 2, and leaves the configuration as it was. */
async function refuse(workspace: Workspace, server: StorageServer, cwd: string): Promise<void> {
  const file = join(cwd, '.dvc', 'config');
  const before = await readFile(file, 'utf8');
  for (const [remote, env, cure] of server.refused) {
    await expectRefused(workspace, `data-remote ${remote}`, cure, { cwd, env });
    if ((await readFile(file, 'utf8')) !== before) throw new Failure(`"${remote}" changed ${file}`);
  }
}

/** A clone that holds none of the bytes has all of them afterwards. */
async function pull(
  workspace: Workspace,
  server: StorageServer,
  here: string,
  there: string,
): Promise<void> {
  await workspace.run('git', ['pull', '--quiet'], { cwd: there });
  for (const folder of [join('.dvc', 'cache'), PREPARED]) {
    await rm(join(there, folder), { recursive: true, force: true });
  }
  const options = { cwd: there, env: server.env };
  const before = await workspace.shell('uv run poe data-status', options);
  expectMatch(before.stdout, /missing here.*"uv run poe data-pull"/);
  expectMatch(
    (await workspace.shell('uv run poe data-pull', options)).stdout,
    /Downloaded \d+ files/,
  );
  const sent = await filesIn(join(here, PREPARED));
  const came = await filesIn(join(there, PREPARED));
  const other = [...sent.keys(), ...came.keys()].filter(
    (path) => sent.get(path) !== came.get(path),
  );
  if (other.length > 0)
    throw new Failure(`not the same after ${server.remote}: ${[...new Set(other)].join(', ')}`);
}
