// Several workspaces at the same time; within a workspace one step after the other.
import { CommandFailed } from './machine/processes.ts';
import type { Result } from './results.ts';
import { Failure, type NamedStep, Skip, type Workspace } from './step.ts';

export interface OpenAssignment {
  workspace: Workspace;
  steps: readonly NamedStep[];
}

export async function runWorkspaces(
  assignments: readonly OpenAssignment[],
  workers: number,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...assignments];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await runWorkspace(next, results);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

async function runWorkspace(
  { workspace, steps }: OpenAssignment,
  results: Result[],
): Promise<void> {
  const passed = new Set<string>();
  for (const step of steps) {
    const missing = (step.requires ?? []).filter((required) => !passed.has(required));
    const result =
      missing.length > 0
        ? skipped(workspace, step, `requires ${missing.join(', ')}`)
        : await runStep(step, workspace);
    if (result.state === 'passed') passed.add(step.id);
    results.push(result);
    printResult(result);
  }
}

async function runStep(step: NamedStep, workspace: Workspace): Promise<Result> {
  const started = performance.now();
  const base = { workspace: workspace.id, step: step.id };
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const note = (await step.run(workspace)) ?? '';
    return { ...base, state: 'passed', seconds: seconds(), note };
  } catch (error) {
    if (error instanceof Skip && !workspace.machine.strict)
      return skipped(workspace, step, error.message);
    return { ...base, state: 'failed', seconds: seconds(), note: describe(error) };
  }
}

function skipped(workspace: Workspace, step: NamedStep, note: string): Result {
  return { workspace: workspace.id, step: step.id, state: 'skipped', seconds: 0, note };
}

function describe(error: unknown): string {
  if (error instanceof CommandFailed) return error.report();
  if (error instanceof Failure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function printResult(result: Result): void {
  const seconds = result.state === 'skipped' ? '' : ` ${result.seconds.toFixed(1)} s`;
  // The whole of a failure is printed at the end.
  const [first = ''] = result.note.split('\n');
  const note = first && ` (${first})`;
  console.log(`[${result.workspace}] ${result.step} ${result.state}${seconds}${note}`);
}
