import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../machine/ports.ts';
import { startLine } from '../machine/processes.ts';
import { installedProgram } from '../pack.ts';
import { Failure, type Workspace } from '../step.ts';
import { newArguments } from '../steps/write.ts';

/** A server of Prefect on loopback runs the flow, a task for each step and nothing a second time; SIGTERM leaves no process behind. */
export async function runFlow(workspace: Workspace): Promise<string> {
  const folder = join(workspace.scratch, 'prefect');
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const answers = [...newArguments(workspace, folder), '--skip-install'];
  const chosen = ['--with', 'orchestration-prefect', '--without', 'orchestration-ci'];
  await workspace.machine.run(nimble, [...answers, ...chosen], { log: workspace.log });
  const address = `http://127.0.0.1:${await freePort()}/api`;
  const env = { ...workspace.machine.env, PREFECT_API_URL: address };
  const inside = { cwd: folder, env, seconds: 1800 };
  const { stdout } = await workspace.shell('uv run poe -q pipeline --list', inside);
  const steps = stdout.trim().split('\n');
  const server = startLine('exec uv run poe -q prefect standalone', {
    ...inside,
    log: workspace.log,
  });
  try {
    for (let tries = 0; !server.output().includes('pipeline/scheduled'); tries += 1) {
      if (tries > 600) throw new Failure(`the flow is not served:\n${server.output()}`);
      await setTimeout(500);
    }
    for (const expected of ['runs, because it has not been done here', 'up to date']) {
      const line = 'uv run poe -q prefect deployment run pipeline/scheduled --watch';
      const { output } = await workspace.shell(line, inside);
      const seen = server.output();
      for (const name of steps) {
        if (!seen.includes(`${name}: ${expected}`))
          throw new Failure(`"${name}: ${expected}" is not in the log:\n${seen}\n${output}`);
      }
    }
  } finally {
    // Both processes get 20 seconds each to end; `stop` would end the one that waits for them after 10.
    process.kill(server.pid, 'SIGTERM');
    await Promise.race([server.ended, setTimeout(60_000)]);
    await server.stop();
  }
  const left = await workspace.run('pgrep', ['-f', address.replace(/.*:(\d+).*/, '--port $1')], {
    mayFail: true,
  });
  if (left.stdout.trim()) throw new Failure(`the server is left: ${left.stdout}`);
  await rm(folder, { recursive: true, force: true });
  return `${steps.length} tasks, twice`;
}
