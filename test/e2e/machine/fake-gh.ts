// A fake of GitHub's command line and a remote on disk, for workflows that open a pull request.
import { cp, mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Workspace } from '../step.ts';

export interface FakeGitHub {
  /** A bare repository that pushes go to. */
  remote: string;
  /** For a run of a workflow. */
  env: NodeJS.ProcessEnv;
  /** The description of the newest pull request. */
  readPage(): Promise<string>;
  /** The line of `gh` that opened it. */
  readCommand(): Promise<string>;
}

/** What a folder pushes goes to a bare clone of it; the folder's own remote is left as it is. */
export async function openFakeGitHub(
  workspace: Workspace,
  folder: string,
  name: string,
): Promise<FakeGitHub> {
  const remote = join(workspace.scratch, `${name}.git`);
  await workspace.run('git', ['clone', '--quiet', '--bare', folder, remote]);
  const programs = join(workspace.scratch, `${name}-programs`);
  await mkdir(programs, { recursive: true });
  await cp(join(import.meta.dirname, '..', 'fakes', 'gh'), join(programs, 'gh'));
  const page = join(workspace.scratch, `${name}.md`);
  const env = {
    ...workspace.machine.env,
    PATH: [programs, workspace.machine.env.PATH].join(delimiter),
    FAKE_GH_BODY: page,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'remote.origin.pushurl',
    GIT_CONFIG_VALUE_0: remote,
  };
  return {
    remote,
    env,
    readPage: () => readFile(page, 'utf8'),
    readCommand: () => readFile(`${page}.command`, 'utf8'),
  };
}
