// MLflow's own server on PostgreSQL, as a team may run it.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure, type Workspace } from '../step.ts';
import { answers, freePort } from './ports.ts';
import { openPostgres } from './postgres.ts';
import { start } from './processes.ts';

export interface MlflowServer {
  address: string;
  close(): Promise<void>;
}

/** Started with the packages of the repository in `folder`. */
export async function openMlflowServer(
  workspace: Workspace,
  folder: string,
): Promise<MlflowServer> {
  const database = await openPostgres(workspace);
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const words = ['run', '--no-sync', '--with', 'psycopg2-binary', 'mlflow', 'server'];
  const where = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  // SQLAlchemy 2.1 would take postgresql:// to another driver.
  const url = database.url.replace('postgresql://', 'postgresql+psycopg2://');
  const kept = ['--backend-store-uri', url];
  const files = ['--artifacts-destination', join(workspace.scratch, 'mlflow-files')];
  const server = start(workspace.machine.uv, [...words, ...where, ...kept, ...files], {
    cwd: folder,
    env: workspace.machine.env,
    log: workspace.log,
    seconds: 1800,
  });
  const close = async () => {
    await server.stop();
    await database.close();
  };
  for (let tries = 0; tries < 300; tries += 1) {
    if (await answers(`${address}/health`)) return { address, close };
    await setTimeout(1000);
  }
  await close();
  throw new Failure(`MLflow's server does not answer:\n${server.output()}`);
}
