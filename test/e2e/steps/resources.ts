import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe profile and poe size',
  needs: 'A trained clone.',
  proves:
    'They say where the time of a training is spent, what memory it needs, and which machine fits.',
  requires: ['train'],
  after: ['evaluate', 'dvc'],
  from: 3,
  run: measureResources,
};

async function measureResources(workspace: Workspace): Promise<string> {
  const profile = await workspace.shell('uv run poe profile');
  for (const part of ['loading', 'computing', 'waiting']) {
    if (!profile.stdout.includes(part)) {
      throw new Failure(`"poe profile" does not name "${part}":\n${profile.output}`);
    }
  }
  const size = await workspace.shell('uv run poe size');
  const peak = /peak.*?([\d.]+ [MG]B)/i.exec(size.stdout)?.[1];
  if (!peak) throw new Failure(`"poe size" prints no peak:\n${size.output}`);
  return `peak ${peak}`;
}
