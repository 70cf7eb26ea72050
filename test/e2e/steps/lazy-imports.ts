import { readCommands } from '../repository/readme.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Commands import only what they need',
  needs: 'A trained clone.',
  proves: 'Help, a refused setting and a prediction start without importing the heavy packages.',
  requires: ['train'],
  after: ['predict'],
  run: checkImports,
};

/** Packages that take seconds to import. */
const HEAVY = ['torch', 'mlflow', 'sklearn', 'matplotlib', 'pandas', 'wandb', 'optuna'];

/** `--help`, a mistake in the settings and a prediction start without what they do not need. */
async function checkImports(workspace: Workspace): Promise<string> {
  const lines = await readCommands(workspace.clone);
  const predictions = lines.filter((line) => /\bpoe (predict|ask)\b/.test(line));
  const wrong = 'uv run poe train --set train.no_such_setting=1';
  const started: Record<string, string[]> = {
    'uv run poe --help': HEAVY,
    'uv run poe train --help': HEAVY,
    [wrong]: HEAVY,
    ...Object.fromEntries(predictions.map((line) => [line, ['torch', 'mlflow', 'wandb']])),
  };
  for (const [line, unwanted] of Object.entries(started)) {
    const imported = await importsOf(workspace, line, line === wrong ? 2 : 0);
    const found = unwanted.filter((name) => imported.has(name));
    if (found.length > 0) throw new Failure(`"${line}" imports ${found.join(', ')}`);
  }
  return `${Object.keys(started).length} commands`;
}

/** The top-level packages that every Python below this line imports. */
async function importsOf(workspace: Workspace, line: string, code: number): Promise<Set<string>> {
  const env = { ...workspace.machine.env, PYTHONPROFILEIMPORTTIME: '1' };
  const outcome = await workspace.shell(line, { env, mayFail: true });
  if (outcome.code !== code) {
    throw new Failure(
      `"${line}" ended with ${outcome.code}, not ${code}:\n${outcome.output.slice(-2000)}`,
    );
  }
  const names = outcome.output.matchAll(/^import time:\s+\d+ \|\s+\d+ \|\s+(\w+)/gm);
  const imported = new Set([...names].map(([, name = '']) => name));
  if (!imported.has('argparse')) throw new Failure(`"${line}" did not print what it imports`);
  return imported;
}
