import type { NamedStep } from './step.ts';

export interface Result {
  workspace: string;
  step: string;
  state: 'passed' | 'failed' | 'skipped';
  seconds: number;
  /** A note for the table, the reason of a skip, or the report of a failure. */
  note: string;
}

const WIDTH = 11;

/** A row for each step and a column for each workspace: it fits a terminal however many steps there are. */
export function drawTable(
  steps: readonly NamedStep[],
  workspaces: string[],
  results: Result[],
): string {
  const ran = steps.filter((step) => results.some((result) => result.step === step.id));
  const label = Math.max(4, ...ran.map((step) => step.title.length)) + 2;
  const reasons: string[] = [];
  const header = `${'seconds'.padEnd(label)}${workspaces.map((workspace) => workspace.padStart(WIDTH)).join('')}`;
  const lines = ran.map((step) => {
    const cells = workspaces.map((workspace) => cell(find(results, workspace, step.id), reasons));
    return `${step.title.padEnd(label)}${cells.map((text) => text.padStart(WIDTH)).join('')}`;
  });
  const sums = workspaces.map((workspace) =>
    sum(results.filter((result) => result.workspace === workspace)),
  );
  const total = `${'total'.padEnd(label)}${sums.map((text) => text.padStart(WIDTH)).join('')}`;
  const rule = '-'.repeat(header.length);
  const why = reasons.map((reason, index) => `(${index + 1}) skipped: ${reason}`);
  return [rule, header, rule, ...lines, rule, total, rule, ...why].join('\n');
}

function cell(result: Result | undefined, reasons: string[]): string {
  if (!result) return '';
  if (result.state === 'passed') return result.seconds.toFixed(1);
  if (result.state === 'failed') return 'FAILED';
  if (!reasons.includes(result.note)) reasons.push(result.note);
  return `(${reasons.indexOf(result.note) + 1})`;
}

function sum(results: Result[]): string {
  return results.reduce((total, result) => total + result.seconds, 0).toFixed(0);
}

function find(results: Result[], workspace: string, step: string): Result | undefined {
  return results.find((result) => result.workspace === workspace && result.step === step);
}

/** The notes of passed steps. */
export function listNotes(results: Result[]): string {
  return results
    .filter((result) => result.state === 'passed' && result.note)
    .map((result) => `${result.workspace} ${result.step}: ${result.note}`)
    .join('\n');
}

/** The closing line. */
export function countResults(results: Result[]): string {
  const count = (state: Result['state']) =>
    results.filter((result) => result.state === state).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
