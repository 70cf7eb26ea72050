import { setTimeout } from 'node:timers/promises';
import { withMlflowPort } from '../machine/ports.ts';
import { startLine } from '../machine/processes.ts';
import { readCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'README and AGENTS.md as written',
  needs: 'A trained clone.',
  proves:
    'Every command of README.md and AGENTS.md ends well, or serves at the address that it prints.',
  requires: ['train'],
  after: ['check', 'evaluate', 'report', 'predict', 'dvc', 'cloud'],
  run: runReadme,
};

const MOST_SECONDS = 600;
/** It takes MLflow's own port. */
const IS_SERVER = /\bpoe ui\b/;

/** Runs every command of both pages that no earlier step has run. */
async function runReadme(workspace: Workspace): Promise<string> {
  const commands = await readCommands(workspace.clone);
  if (commands.length === 0) throw new Failure('"README.md" holds no command');
  for (const command of commands) {
    if (!workspace.facts.linesRun.has(command) && !isAlreadyDone(workspace, command))
      await runOne(workspace, command);
  }
  return `${commands.length} commands`;
}

/** How a user came to the repository. */
function isAlreadyDone(workspace: Workspace, command: string): boolean {
  return command === `cd ${workspace.name}` || command.startsWith('git clone ');
}

async function runOne(workspace: Workspace, command: string): Promise<void> {
  if (!IS_SERVER.test(command)) return runOrServe(workspace, command);
  await withMlflowPort(workspace.machine, () => runOrServe(workspace, command));
}

/** A command ends well, or it is a server that answers at the address it prints. */
async function runOrServe(workspace: Workspace, command: string): Promise<void> {
  const server = startLine(command, {
    cwd: workspace.clone,
    env: workspace.machine.env,
    log: workspace.log,
  });
  let finished = false;
  const ended = server.ended.finally(() => {
    finished = true;
  });
  const until = Date.now() + MOST_SECONDS * 1000;
  try {
    while (!finished && Date.now() < until) {
      const url = /https?:\/\/(?:127\.0\.0\.1|localhost|0\.0\.0\.0):\d+/.exec(server.output())?.[0];
      if (url && (await answers(url.replace('0.0.0.0', '127.0.0.1')))) {
        workspace.facts.linesRun.add(command);
        return;
      }
      await Promise.race([ended, setTimeout(500)]);
    }
  } finally {
    if (!finished) await server.stop();
  }
  const outcome = await ended;
  if (outcome.code !== 0) {
    throw new Failure(
      `$ ${command}\n(in ${workspace.clone}; exit code ${outcome.code})\n${outcome.output}`,
    );
  }
  workspace.facts.linesRun.add(command);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}
