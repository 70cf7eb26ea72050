import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import { readWorkflows, type Workflow } from '../machine/actions.ts';
import { openAdvisories } from '../machine/advisories.ts';
import { findContainers } from '../machine/containers.ts';
import { type FakeGitHub, openFakeGitHub } from '../machine/fake-gh.ts';
import { CommandFailed } from '../machine/processes.ts';
import { baseImages } from '../repository/dockerfile.ts';
import { pushImage } from '../repository/pushed-image.ts';
import { countTests } from '../repository/tests.ts';
import { Failure, Skip, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Workflows executed by act',
  needs: 'act from the Python index, and Docker or buildah for images.',
  proves: 'Every generated workflow passes in a copy of the clone.',
  requires: ['sync'],
  run: executeWorkflows,
};

/** Each as the server would, in a copy of the clone. */
async function executeWorkflows(workspace: Workspace): Promise<string> {
  const all = await readWorkflows(workspace.clone);
  const names = all.map(({ path }) => basename(path, '.yml'));
  const chosen = workspace.partsOf('workflows', names);
  const workflows = all.filter(({ path }) => chosen.includes(basename(path, '.yml')));
  const gitHub = await openFakeGitHub(workspace, workspace.clone, 'workflows');
  const notes: string[] = [];
  const failures: string[] = [];
  for (const workflow of workflows) {
    const name = basename(workflow.path, '.yml');
    const started = performance.now();
    const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
    try {
      const output = await executeOne(workspace, workflow, gitHub);
      if (/\bpoe check\b/.test(workflow.text)) {
        workspace.facts.checked ??= countTests(output);
        for (const task of ['check', 'test-machinery'])
          workspace.facts.linesRun.add(`uv run poe ${task}`);
      }
      notes.push(`${name} ${seconds()} s`);
    } catch (error) {
      // One that is red says nothing about the others.
      if (!(error instanceof Skip) || workspace.machine.strict)
        failures.push(error instanceof CommandFailed ? error.report() : String(error));
      else if (workflows.length === 1) throw error;
      else notes.push(`not ${name}: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new Failure(failures.join('\n\n'));
  return notes.join(', ');
}

/** With what a runner has and this machine has to be given. */
async function executeOne(
  workspace: Workspace,
  workflow: Workflow,
  gitHub: FakeGitHub,
): Promise<string> {
  if (/\bscan dependencies\b/.test(workflow.text)) {
    const { env } = await openAdvisories(workspace.machine);
    return executeWorkflow(workspace, workflow, { env });
  }
  // Only where something is pushed: git would know a remote without an address everywhere else.
  if (/\bgit push\b/.test(workflow.text))
    return executeWorkflow(workspace, workflow, { env: gitHub.env });
  if (/\bpoe image-push\b/.test(workflow.text)) return pushImage(workspace, workflow);
  if (!/\bpoe image/.test(workflow.text)) return executeWorkflow(workspace, workflow);
  const containers = await findContainers(workspace.machine);
  await containers.provide(baseImages(await readFile(join(workspace.clone, 'Dockerfile'), 'utf8')));
  const options = { env: containers.env, seconds: 1800 };
  return containers.exclusively(workspace.name, () =>
    executeWorkflow(workspace, workflow, options),
  );
}
