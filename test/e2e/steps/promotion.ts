import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeWorkflow } from '../machine/act.ts';
import { readWorkflows } from '../machine/actions.ts';
import { type FakeGitHub, openFakeGitHub } from '../machine/fake-gh.ts';
import { openMlflowServer } from '../machine/mlflow-server.ts';
import { CommandFailed } from '../machine/processes.ts';
import { scriptPath } from '../python-script.ts';
import { openClone } from '../repository/clone.ts';
import { expectMatch } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Promotion by pull request',
  needs: "act, PostgreSQL and MLflow's server.",
  proves:
    'The scheduled training proposes the decision of the gate as a pull request; merged, it is promoted and recorded, without a decision nothing is, and a workflow rolls back: on a server with PostgreSQL.',
  from: 3,
  scope: 'tooling',
  requires: ['sync'],
  run: async (workspace) => {
    const folder = await openClone(workspace, workspace.clone, 'promotion');
    const server = await openMlflowServer(workspace, folder);
    try {
      const gitHub = await openFakeGitHub(workspace, folder, 'promotion');
      return await new Team(workspace, folder, gitHub, server.address).work();
    } finally {
      await server.close();
    }
  },
};

class Team {
  constructor(
    readonly workspace: Workspace,
    readonly folder: string,
    readonly gitHub: FakeGitHub,
    readonly address: string,
  ) {}

  async work(): Promise<string> {
    await this.proposeFirst();
    await this.expectFailure(
      'promote',
      'workflow_dispatch',
      /gate has not decided about version 1/,
    );
    const parts = this.workspace.partsOf('promotion', ['proposed', 'promoted']);
    if (!parts.includes('promoted')) return 'proposed, refused';
    await this.merge('proposal/');
    expectMatch(await this.runWorkflow('promote', 'push'), /Version 1 is now the champion/);
    expectMatch(await this.gitHub.readPage(), /promotions\/0001-promotion-of-version-1\.json/);
    await this.merge('record/');
    expectMatch(await this.runWorkflow('promote', 'push'), /Nothing was promoted: no version has/);
    await this.expectFailure(
      'rollback',
      'workflow_dispatch',
      /no version has the alias "previous"/,
    );
    await this.promoteAnother();
    expectMatch(await this.runWorkflow('rollback'), /Version 1 is again the champion/);
    expectMatch(await this.gitHub.readPage(), /0003-rollback-of-version-1\.json/);
    const models = await this.poe('models --json');
    expectMatch(models, /"champion"/);
    return 'proposed, refused, promoted, rolled back';
  }

  /** The training registers version 1 on the server and proposes the decision about it. */
  async proposeFirst(): Promise<void> {
    await this.runWorkflow('training', 'schedule');
    const page = await this.gitHub.readPage();
    for (const text of ['### Gate: promote', '**Merging this approves', 'frozen holdout'])
      if (!page.includes(text)) throw new Failure(`the pull request lacks "${text}":\n${page}`);
    expectMatch(await this.gitHub.readCommand(), /--head proposal\/\S+ --title Gate: promote/);
    expectMatch(await this.poe('models --json'), /"challenger"/);
  }

  async promoteAnother(): Promise<void> {
    const name = this.workspace.name.replaceAll('-', '_');
    await appendFile(join(this.folder, 'src', name, 'evaluate.py'), '# another line\n');
    await this.poe('train');
    expectMatch(await this.poe('register'), /Registered version 2 as "challenger"/);
    await this.python('propose.py');
    const both = await Promise.all([
      this.poe('promote --approved-by Ada', true),
      this.poe('promote --approved-by Grace', true),
    ]);
    const winners = both.filter((output) => /Version 2 is now the champion/.test(output));
    const finished = both.filter((output) => /was begun and not finished/.test(output));
    if (winners.length - finished.length !== 1)
      throw new Failure(`two promotions at once on one server:\n${both.join('---\n')}`);
    await this.commitAll('Another model');
  }

  /** As a person merges it on the forge: the branch whose name begins so, into the folder. */
  async merge(prefix: string): Promise<void> {
    const { stdout } = await this.git('for-each-ref', '--format=%(refname:short)', 'refs/heads');
    const branch = stdout.split('\n').find((line) => line.startsWith(prefix));
    if (!branch) throw new Failure(`no branch "${prefix}…" was pushed, only:\n${stdout}`);
    const inside = { cwd: this.folder };
    await this.workspace.run(
      'git',
      ['pull', '--quiet', '--no-rebase', this.gitHub.remote, branch],
      inside,
    );
    await this.git('branch', '--quiet', '-D', branch);
  }

  git(...words: string[]) {
    return this.workspace.run('git', words, { cwd: this.gitHub.remote });
  }

  async commitAll(message: string): Promise<void> {
    const inside = { cwd: this.folder };
    await this.workspace.run('git', ['add', '--all'], inside);
    await this.workspace.run('git', ['commit', '--quiet', '--message', message], inside);
  }

  async runWorkflow(name: string, event = 'workflow_dispatch'): Promise<string> {
    const all = await readWorkflows(this.folder);
    const workflow = all.find(({ path }) => path.endsWith(`/${name}.yml`));
    if (!workflow) throw new Failure(`there is no workflow "${name}.yml"`);
    return executeWorkflow(
      this.workspace,
      { ...workflow, event },
      {
        cwd: this.folder,
        env: this.gitHub.env,
        seconds: 900,
        variables: { MLFLOW_TRACKING_URI: this.address, PROMOTION_REASON: 'a drill' },
      },
    );
  }

  async expectFailure(name: string, event: string, pattern: RegExp): Promise<void> {
    try {
      await this.runWorkflow(name, event);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      expectMatch(error.outcome.output, pattern);
      return;
    }
    throw new Failure(`the workflow "${name}" passed`);
  }

  async poe(words: string, mayFail = false): Promise<string> {
    const env = { ...this.workspace.machine.env, MLFLOW_TRACKING_URI: this.address };
    const line = `uv run poe -q ${words}`;
    return (await this.workspace.shell(line, { cwd: this.folder, env, mayFail })).output;
  }

  async python(script: string): Promise<void> {
    const env = { ...this.workspace.machine.env, MLFLOW_TRACKING_URI: this.address };
    const words = ['run', 'python', scriptPath(script)];
    await this.workspace.run(this.workspace.machine.uv, words, { cwd: this.folder, env });
  }
}
