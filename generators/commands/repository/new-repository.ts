import { commitLines, count, noteLines, paint, stepLines, wrap } from '../../cli/printing.ts';
import type { ProjectState } from './project-state.ts';
import type { StepResult } from './step-result.ts';

/** A new repository, as `--json` prints it. */
export interface NewRepository extends StepResult {
  command: 'new';
  directory: string;
  dryRun: boolean;
  from: null;
  to: ProjectState;
  added: string[];
  nextSteps: string[];
}

/** What was written and what comes next. */
export function formatNewRepository(made: NewRepository): string[] {
  const { phase, modality, blocks } = made.to;
  const size = `${count(made.added.length, 'file')} from ${count(blocks.length, 'block')}`;
  const title = `${made.dryRun ? 'Would write ' : ''}${modality}, phase ${phase}: ${size}:`;
  return [
    '',
    paint('title', title),
    ...folderLines(made.added),
    ...commitLines(made.commits, ['the rendered tree', 'the lock']),
    ...noteLines(made.notes),
    '',
    ...(made.dryRun
      ? ['Run it without --dry-run to write it.']
      : ['Next:', ...stepLines(made.nextSteps)]),
  ];
}

/** Top-level folders with their number of files, then the files next to them. */
function folderLines(paths: readonly string[]): string[] {
  const folders = new Map<string, number>();
  for (const path of paths.filter((one) => one.includes('/'))) {
    const [folder = ''] = path.split('/');
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const width = Math.max(0, ...[...folders.keys()].map((name) => name.length));
  const files = paths.filter((path) => !path.includes('/'));
  return [
    ...[...folders].map(
      ([name, held]) => `  ${`${name}/`.padEnd(width + 1)}  ${count(held, 'file')}`,
    ),
    ...wrap(files),
  ];
}
