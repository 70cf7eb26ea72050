import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectSame, readMetrics } from '../repository/metrics.ts';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'dvc repro, twice',
  needs: ['train', 'evaluate'],
  after: ['report', 'mlflow', 'notebook'],
  run: reproduce,
};

/** The first `dvc repro` is also the second training: same seed, same numbers. */
async function reproduce(room: Room): Promise<string> {
  const line = await reproLine(room);
  await room.type(line);
  room.facts.repeated = await readMetrics(room.clone, 'reports/train.json');
  expectSame(room.facts.trained ?? {}, room.facts.repeated, 'in a second training');
  const evaluated = await readMetrics(room.clone, 'reports/metrics.json');
  expectSame(room.facts.evaluated ?? {}, evaluated, 'in a second evaluation');
  const again = await room.type(line);
  if (/Running stage/.test(again.output)) {
    throw new Wrong(`a second "${line}" ran a stage again:\n${again.output}`);
  }
  return 'same seed, same metrics';
}

/** The line that the repository itself tells people to type. */
async function reproLine(room: Room): Promise<string> {
  for (const file of ['README.md', 'docs/README.md', 'dvc.yaml']) {
    const text = await readFile(join(room.clone, file), 'utf8').catch(() => '');
    const line = /uvx [^`\n]*dvc repro/.exec(text)?.[0];
    if (line) return line;
  }
  throw new Wrong('neither README.md nor dvc.yaml says how to run "dvc repro"');
}
