import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Outcome } from '../machine/processes.ts';
import { startLine } from '../machine/processes.ts';
import { scriptPath } from '../python-script.ts';
import { openClone } from '../repository/clone.ts';
import { expectMatch, expectRefused } from '../repository/output.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Model registry',
  needs: 'A trained clone.',
  proves:
    'Versions are registered once, promoted by one of two at once and rolled back; kills, changed files, a lost tracker and a backup are handled.',
  requires: ['train'],
  from: 3,
  run: useRegistry,
};

/** A version as `poe models --json` prints it. */
interface Version {
  version: number;
  aliases: string[];
}

async function useRegistry(workspace: Workspace): Promise<string> {
  const registry = new Registry(workspace, await openClone(workspace, workspace.clone, 'registry'));
  await registry.registerTwice();
  await registry.promoteFirst();
  await registry.promoteTwiceAtOnce();
  await registry.rollBack();
  await registry.killWhileRegistering();
  await registry.refuseChangedFile();
  await registry.refuseLostTracker();
  const files = await registry.restoreBackup();
  return `3 versions, ${files} in the backup`;
}

class Registry {
  constructor(
    readonly workspace: Workspace,
    readonly folder: string,
  ) {}

  poe(words: string, mayFail = false): Promise<Outcome> {
    return this.workspace.shell(`uv run poe -q ${words}`, { cwd: this.folder, mayFail });
  }

  async expect(words: string, pattern: RegExp): Promise<void> {
    expectMatch((await this.poe(words)).output, pattern);
  }

  refuse(words: string, pattern: RegExp, env = this.workspace.machine.env): Promise<void> {
    return expectRefused(this.workspace, words, pattern, { cwd: this.folder, env });
  }

  async list(): Promise<Version[]> {
    return JSON.parse((await this.poe('models --json')).stdout) as Version[];
  }

  /** The aliases, each with the number of its version. */
  async expectAliases(expected: Record<string, number>): Promise<void> {
    const found: Record<string, number> = {};
    for (const { aliases, version } of await this.list())
      for (const alias of aliases) found[alias] = version;
    const sorted = (aliases: Record<string, number>) =>
      JSON.stringify(Object.entries(aliases).sort());
    if (sorted(found) !== sorted(expected))
      throw new Failure(`the aliases are ${sorted(found)}, not ${sorted(expected)}`);
  }

  /** The gate's decision that the challenger is better. */
  async propose(): Promise<void> {
    const { uv } = this.workspace.machine;
    await this.workspace.run(uv, ['run', 'python', scriptPath('propose.py')], {
      cwd: this.folder,
    });
  }

  /** Another model: its saved code has one more line. */
  async trainAnother(): Promise<void> {
    const name = this.workspace.name.replaceAll('-', '_');
    const path = join(this.folder, 'src', name, 'evaluate.py');
    await appendFile(path, '# another line\n');
    await this.poe('train');
  }

  async registerTwice(): Promise<void> {
    await this.refuse('register', /"models\/current" is missing/);
    await this.poe('train');
    await this.expect('register', /Registered version 1 as "challenger"/);
    await this.expect('register', /Nothing to register: version 1 has the same bytes/);
  }

  async promoteFirst(): Promise<void> {
    await this.refuse('promote', /the gate has not decided about version 1/);
    await this.propose();
    await this.expect('promote --approved-by Ada', /Version 1 is now the champion/);
  }

  async promoteTwiceAtOnce(): Promise<void> {
    await this.trainAnother();
    await this.expect('register', /Registered version 2/);
    await this.refuse('promote', /the gate has not decided about version 2/);
    await this.propose();
    const [one, other] = await Promise.all([
      this.poe('promote --approved-by Ada', true),
      this.poe('promote --approved-by Grace', true),
    ]);
    const isTold = ({ code, output }: Outcome) =>
      (code === 2 && output.trim().split('\n').length === 1) ||
      (code === 0 && output.includes('was begun and not finished'));
    const winners = [one, other].filter(
      ({ code, output }) => code === 0 && !output.includes('was begun'),
    );
    const losers = [one, other].filter(isTold);
    if (winners.length !== 1 || losers.length !== 1)
      throw new Failure(`two promotions at once:\n${one.output}\n---\n${other.output}`);
    await this.expectAliases({ champion: 2, previous: 1 });
  }

  async rollBack(): Promise<void> {
    await this.expect('promote --rollback --approved-by Ada', /Version 1 is again the champion/);
    await this.expect('register', /version 2 has the same bytes and was rolled back/);
    await this.refuse('promote', /no version has the alias "challenger"/);
    await this.refuse('promote --version 2', /was used by promotion 2 already/);
  }

  /** Wherever it is by then; a registration takes some seconds. */
  async killWhileRegistering(): Promise<void> {
    await this.trainAnother();
    const { env } = this.workspace.machine;
    const options = { cwd: this.folder, env, log: this.workspace.log };
    const running = startLine('uv run poe -q register', options);
    await setTimeout(4000);
    try {
      process.kill(-running.pid, 'SIGKILL');
    } catch {
      // It was faster.
    }
    await running.ended.catch(() => undefined);
    await this.expect('register', /version 3/);
    await this.expectAliases({ champion: 1, challenger: 3 });
  }

  async refuseChangedFile(): Promise<void> {
    await this.propose();
    const { stdout } = await this.workspace.shell(
      'find mlruns -path "*/models/*" -name code.zip -printf "%T@ %p\\n" | sort -n',
      { cwd: this.folder },
    );
    const newest = stdout.trim().split('\n').at(-1)?.split(' ')[1] ?? '';
    const path = join(this.folder, newest);
    const content = await readFile(path);
    await appendFile(path, ' ');
    await this.refuse('promote --approved-by Ada', /are not those that were registered/);
    await writeFile(path, content);
  }

  async refuseLostTracker(): Promise<void> {
    const retries = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const lost = { ...retries, MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' };
    const env = { ...this.workspace.machine.env, ...lost };
    await this.refuse('promote', /the tracker at http:\/\/127\.0\.0\.1:9/, env);
  }

  /** Into a folder where nothing is left of the tracker; the restored champion is promoted from it. */
  async restoreBackup(): Promise<string> {
    const before = await this.list();
    if (before.length !== 3) throw new Failure(`there are ${before.length} versions, not 3`);
    const { output } = await this.poe('tracker-backup tracker.tar.gz');
    await this.refuse('tracker-restore tracker.tar.gz', /a backup replaces nothing/);
    for (const name of ['mlflow.db', 'mlruns'])
      await rename(join(this.folder, name), join(this.workspace.scratch, `old-${name}`));
    await this.expect('tracker-restore tracker.tar.gz', /Restored/);
    const after = await this.list();
    if (JSON.stringify(after) !== JSON.stringify(before))
      throw new Failure(`restored ${JSON.stringify(after)}, not ${JSON.stringify(before)}`);
    await this.expect('promote --approved-by Ada', /Version 3 is now the champion/);
    await this.expect('tracker-upgrade upgrade.tar.gz', /Nothing to do/);
    return expectMatch(output, /and (\d+ files)/);
  }
}
