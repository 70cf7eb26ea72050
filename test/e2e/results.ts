import type { NamedStep } from './step.ts';

export interface Result {
  room: string;
  step: string;
  state: 'passed' | 'failed' | 'skipped';
  seconds: number;
  /** A word for the table, the reason of a skip, or the report of a failure. */
  note: string;
}

const WIDTH = 11;

/** Steps down, rooms across: it fits a terminal however many steps there are. */
export function drawTable(steps: NamedStep[], rooms: string[], results: Result[]): string {
  const ran = steps.filter((step) => results.some((result) => result.step === step.id));
  const label = Math.max(4, ...ran.map((step) => step.title.length)) + 2;
  const reasons: string[] = [];
  const header = `${'seconds'.padEnd(label)}${rooms.map((room) => room.padStart(WIDTH)).join('')}`;
  const lines = ran.map((step) => {
    const cells = rooms.map((room) => cell(find(results, room, step.id), reasons));
    return `${step.title.padEnd(label)}${cells.map((text) => text.padStart(WIDTH)).join('')}`;
  });
  const sums = rooms.map((room) => sum(results.filter((result) => result.room === room)));
  const total = `${'together'.padEnd(label)}${sums.map((text) => text.padStart(WIDTH)).join('')}`;
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

function find(results: Result[], room: string, step: string): Result | undefined {
  return results.find((result) => result.room === room && result.step === step);
}

/** The words of passed steps that say more than a time. */
export function listNotes(results: Result[]): string {
  return results
    .filter((result) => result.state === 'passed' && result.note)
    .map((result) => `${result.room} ${result.step}: ${result.note}`)
    .join('\n');
}

/** The closing line. */
export function countResults(results: Result[]): string {
  const count = (state: Result['state']) =>
    results.filter((result) => result.state === state).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
