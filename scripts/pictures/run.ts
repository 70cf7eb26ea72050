// Makes the pictures of the README again, from a real run: npm run pictures
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { findUv } from '../find-uv.js';
import { terminalPicture } from './terminal.ts';

const workspace = mkdtempSync(join(tmpdir(), 'nimble-ml-pictures-'));
const uv = findUv((line: string) => console.error(line));
const bin = resolve('dist/generators/cli.js');
const env = {
  ...process.env,
  PATH: `${dirname(uv)}${delimiter}${process.env.PATH}`,
  GIT_AUTHOR_NAME: 'Grace Hopper',
  GIT_AUTHOR_EMAIL: 'grace@example.org',
  GIT_COMMITTER_NAME: 'Grace Hopper',
  GIT_COMMITTER_EMAIL: 'grace@example.org',
};

/** What a command says on standard output, below the line that was typed. */
function type(shown: string, file: string, args: readonly string[], cwd: string): string[] {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`"${shown}" ended with ${status}:\n${stderr}`);
  return [`$ ${shown}`, ...stdout.trim().split('\n'), ''];
}

function takeTerminal(): void {
  const churn = join(workspace, 'churn');
  const lines = [
    ...type(
      'nimble-ml new churn --modality tabular --yes',
      'node',
      [bin, 'new', 'churn', '--modality', 'tabular', '--yes'],
      workspace,
    ),
    '$ cd churn',
    ...type('uv run poe train', uv, ['run', 'poe', 'train'], churn),
  ];
  writeFileSync('docs/pictures/first-minute.svg', terminalPicture(lines));
}

async function takeTracker(): Promise<void> {
  const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (!chromium) {
    console.error('docs/pictures/mlflow.png is left as it is: no chromium here.');
    return;
  }
  const churn = join(workspace, 'churn');
  const server = spawn(uv, ['run', 'poe', 'ui'], {
    cwd: churn,
    env,
    stdio: 'pipe',
    detached: true,
  });
  try {
    const url = await addressOf(server);
    const run = execFileSync(
      uv,
      [
        'run',
        'python',
        '-c',
        "import mlflow; mlflow.set_tracking_uri('sqlite:///mlflow.db'); r = mlflow.search_runs(search_all_experiments=True).iloc[0]; print(f'{r.experiment_id}/runs/{r.run_id}')",
      ],
      { cwd: churn, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).trim();
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--disable-background-networking',
      '--window-size=1280,900',
      '--virtual-time-budget=20000',
      `--user-data-dir=${join(workspace, 'browser')}`,
    ];
    const take = (page: string, file: string) =>
      execFileSync(chromium, [...flags, `--screenshot=${resolve(file)}`, page], {
        stdio: 'ignore',
      });
    take(`${url}/#/experiments/${run}?workflowType=machine_learning`, 'docs/pictures/mlflow.png');
    execFileSync(uv, ['run', 'poe', 'report'], { cwd: churn, env, stdio: 'ignore' });
    take(`file://${join(churn, 'reports', 'report.html')}`, 'docs/pictures/report.png');
  } finally {
    if (server.pid) process.kill(-server.pid);
  }
}

/** The address that a starting server prints. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((found, lost) => {
    const look = (text: Buffer) => {
      const url = /http:\/\/[\w.]+:\d+/.exec(String(text))?.[0];
      if (url) found(url);
    };
    server.stdout?.on('data', look);
    server.stderr?.on('data', look);
    server.on('exit', (code) => lost(new Error(`the tracker's server ended with ${code}`)));
  });
}

try {
  takeTerminal();
  await takeTracker();
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
