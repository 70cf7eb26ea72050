import { expect, test } from 'vitest';
import { findOverruns, isObligatory, judgeBudget } from '../e2e/budget.ts';
import { takeInventory } from '../e2e/discover.ts';
import { CHECKOUT } from '../e2e/machine/machine.ts';
import { MINUTES, minutesOf, PLAN, STEP_MINUTES } from '../e2e/plan.ts';
import type { Result } from '../e2e/results.ts';
import { selectWork } from '../e2e/select.ts';
import { readTimes, secondsOf } from '../e2e/times.ts';

const inventory = await takeInventory(CHECKOUT);
const times = await readTimes();
const newest = Math.max(...inventory.phases);
const nothingAsked = { modalities: [], phases: [], only: [], all: false };
const plan = selectWork(inventory, PLAN, nothingAsked);
const idsOf = (id: string) =>
  plan.find(({ workspace }) => workspace.id === id)?.steps.map((step) => step.id) ?? [];

test('the plan runs every step at the newest phase', () => {
  const atNewest = plan.filter(({ workspace }) => workspace.phase === newest);
  const planned = new Set(atNewest.flatMap(({ steps }) => steps.map((step) => step.id)));
  expect(inventory.steps.filter((step) => !planned.has(step.id)).map((step) => step.id)).toEqual(
    [],
  );
});

test('the plan names only steps that exist and that run where they are named', () => {
  for (const [id, ids] of Object.entries(PLAN)) {
    expect(ids.filter((step) => !idsOf(id).includes(step))).toEqual([]);
  }
  const known = inventory.steps.map((step) => step.id);
  expect(Object.keys(STEP_MINUTES).filter((step) => !known.includes(step))).toEqual([]);
});

test('every modality trains, checks and predicts at the newest phase, and one does at phase 1', () => {
  const wanted = ['train', 'check', 'predict'];
  for (const modality of inventory.modalities)
    expect(idsOf(modality)).toEqual(expect.arrayContaining(wanted));
  const atFirst = plan.filter(({ workspace }) => workspace.phase === 1);
  expect(atFirst).toHaveLength(1);
  expect(idsOf(atFirst[0]?.workspace.id ?? '')).toEqual(expect.arrayContaining(wanted));
});

test('the recorded times of the plan fit its budget on two workers, and no workspace alone is over it', () => {
  const minutes = plan.map(
    ({ workspace, steps }) =>
      steps.reduce((sum, step) => sum + secondsOf(times, step.id, workspace, true), 0) / 60,
  );
  const total = minutes.reduce((sum, each) => sum + each, 0);
  expect(total / 2).toBeLessThanOrEqual(MINUTES.endToEnd);
  expect(Math.max(...minutes)).toBeLessThanOrEqual(MINUTES.endToEnd);
});

test('no step of the plan has a budget below its recorded time', () => {
  const short = plan.flatMap(({ workspace, steps }) =>
    steps
      .filter((step) => secondsOf(times, step.id, workspace, true) > minutesOf(step.id) * 60)
      .map((step) => `${workspace.id} ${step.id}`),
  );
  expect(short).toEqual([]);
});

test('a step says in one sentence what it needs and in another what it proves', () => {
  const sentence = /^[A-Za-z][^.]*(\.\w[^.]*)*\.$/;
  for (const { id, title, needs, proves } of inventory.steps) {
    expect(`${id}: ${needs}`).toMatch(new RegExp(`^${id}: ${sentence.source.slice(1)}`));
    expect(`${id}: ${proves}`).toMatch(new RegExp(`^${id}: ${sentence.source.slice(1)}`));
    expect(title).not.toMatch(/\.$/);
  }
});

const passed = (workspace: string, step: string, minutes: number): Result => ({
  workspace,
  step,
  state: 'passed',
  seconds: minutes * 60,
  note: '',
});

test('a run half as long again as its budget fails by a step that also runs elsewhere, and says that the nightly run has it', () => {
  const overruns = findOverruns([passed('tabular', 'evaluate', 9)], times);
  const { report, fails } = judgeBudget(MINUTES.endToEnd * 1.6, overruns);
  expect(report).toContain(
    '[tabular] evaluate took 9.0 of 1 minutes: leave it to the nightly run here',
  );
  expect(fails).toBe(true);
});

test('a run half as long again as its budget fails by a step that a quicker modality could run, and names it', () => {
  const [overrun] = findOverruns([passed('tabular', 'workflows', 9)], {
    workflows: { llm: 100, 'vision/1': 50 },
  });
  expect(overrun?.move).toBe('move it to "llm", where it took 100 s');
});

test('a run half as long again as its budget passes when what took too long can run nowhere else', () => {
  const overruns = findOverruns([passed('cloud', 'vm', 9), passed('tabular', 'train', 9)], times);
  expect(overruns.map(({ move }) => move)).toEqual([undefined, undefined]);
  expect(isObligatory('train')).toBe(true);
  expect(judgeBudget(MINUTES.endToEnd * 1.6, overruns).fails).toBe(false);
});

test('a run that is a little over its budget passes, and names the slow step', () => {
  const overruns = findOverruns([passed('tabular', 'evaluate', 9)], times);
  const { report, fails } = judgeBudget(MINUTES.endToEnd * 1.4, overruns);
  expect(report).toContain('[tabular] evaluate took 9.0 of 1 minutes');
  expect(fails).toBe(false);
});
