// Local fakes for the actions a workflow uses. One without a fake fails the run: a good test
// that nothing unknown is used.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const FAKES = join(import.meta.dirname, '..', 'fakes');

export interface Workflow {
  path: string;
  text: string;
  /** The event it is run for here. */
  event: string;
  /** `owner/name@ref` of every action in it. */
  actions: string[];
}

/** The first of these that a workflow listens to is the one it is run for. */
const EVENTS = ['push', 'pull_request', 'workflow_dispatch', 'schedule'];

export async function readWorkflows(repository: string): Promise<Workflow[]> {
  const folder = join(repository, '.github', 'workflows');
  const files = (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).sort();
  return Promise.all(files.map((file) => readWorkflow(join(folder, file))));
}

async function readWorkflow(path: string): Promise<Workflow> {
  const text = await readFile(path, 'utf8');
  const { on } = parse(text) as { on: unknown };
  const events = typeof on === 'string' ? [on] : Object.keys(on ?? {});
  const listed = Array.isArray(on) ? on.map(String) : events;
  const event = EVENTS.find((name) => listed.includes(name)) ?? listed[0] ?? 'push';
  return { path, text, event, actions: [...new Set(await usedActions(path, text))] };
}

/** The actions that a workflow uses, and those that the repository's own actions use for it. */
async function usedActions(path: string, text: string): Promise<string[]> {
  const uses = text.matchAll(/uses:\s*([\w.-]+\/[\w.-]+(?:\/[\w./-]+)?@\S+)/g);
  const own = [...text.matchAll(/uses:\s*\.\/([\w./-]+)/g)].map(async ([, folder = '']) => {
    const action = join(dirname(path), '..', '..', folder, 'action.yml');
    return usedActions(path, await readFile(action, 'utf8'));
  });
  return [...[...uses].map(([, action = '']) => action), ...(await Promise.all(own)).flat()];
}

/** Arguments for act: each action that has a fake, at the commit the workflow names. */
export function fakeActionArguments(workflow: Workflow): string[] {
  return workflow.actions.flatMap((action) => {
    const [name = '', ref = ''] = action.split('@');
    const folder = join(FAKES, ...name.split('/'));
    return existsSync(folder) ? ['--local-repository', `${name}@${ref}=${folder}`] : [];
  });
}
