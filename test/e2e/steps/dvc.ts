import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expectSame, readMetrics } from '../repository/metrics.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'dvc repro, twice',
  needs: 'A trained and evaluated clone.',
  proves:
    'dvc repro gives the same metrics as the tasks, and a second run repeats no stage but the one that always runs.',
  requires: ['train', 'evaluate'],
  after: ['report', 'mlflow', 'notebook'],
  run: reproduce,
};

/** The first `dvc repro` is also the second training: same seed, same numbers. */
async function reproduce(workspace: Workspace): Promise<string> {
  const line = await reproLine(workspace);
  await workspace.shell(line);
  workspace.facts.repeated = await readMetrics(workspace.clone, 'reports/train.json');
  expectSame(workspace.facts.trained ?? {}, workspace.facts.repeated, 'in a second training');
  const evaluated = await readMetrics(workspace.clone, 'reports/metrics.json');
  expectSame(workspace.facts.evaluated ?? {}, evaluated, 'in a second evaluation');
  const again = await workspace.shell(line);
  const always = await findAlwaysChanged(workspace);
  const repeated = [...again.output.matchAll(/Running stage '(\w+)'/g)].map(([, stage]) => stage);
  if (repeated.some((stage) => stage !== always)) {
    throw new Failure(`a second "${line}" ran a stage again:\n${again.output}`);
  }
  return 'same seed, same metrics';
}

/** The one stage of dvc.yaml that runs each time: it writes what the others depend on. */
async function findAlwaysChanged({ clone }: Workspace): Promise<string | undefined> {
  const { stages } = parse(await readFile(join(clone, 'dvc.yaml'), 'utf8')) as {
    stages: Record<string, { always_changed?: boolean }>;
  };
  const always = Object.keys(stages).filter((name) => stages[name]?.always_changed);
  if (always.length > 1) throw new Failure(`more than one stage always runs: ${always}`);
  return always[0];
}

/** The line that the repository itself gives. */
async function reproLine(workspace: Workspace): Promise<string> {
  for (const file of ['README.md', 'docs/README.md', 'dvc.yaml']) {
    const text = await readFile(join(workspace.clone, file), 'utf8').catch(() => '');
    const line = /uvx [^`\n]*dvc repro/.exec(text)?.[0];
    if (line) return line;
  }
  throw new Failure('neither README.md nor dvc.yaml says how to run "dvc repro"');
}
