import { expect, test } from 'vitest';
import { takeInventory } from '../e2e/discover.ts';
import { CHECKOUT } from '../e2e/machine/machine.ts';
import { PLAN } from '../e2e/plan.ts';
import { type Assignment, selectWork } from '../e2e/select.ts';
import { divideWork, keyOf, parseShard } from '../e2e/shards.ts';
import { readTimes } from '../e2e/times.ts';

const inventory = await takeInventory(CHECKOUT);
const times = await readTimes();
const everything = selectWork(inventory, PLAN, { modalities: [], phases: [], only: [], all: true });
const cellsOf = (work: readonly Assignment[]) =>
  work.flatMap((assignment) => assignment.steps.map((step) => keyOf(assignment, step.id))).sort();

test.each([1, 2, 4, 7])('each step of each workspace is in exactly one of %i shards', (count) => {
  const shards = divideWork(everything, count, times);
  const owned = shards.flatMap((shard) => [...shard.owns]).sort();
  expect(shards).toHaveLength(count);
  expect(owned).toEqual(cellsOf(everything));
});

test.each([1, 4, 7])(
  'each of %i shards also runs what its steps require, and nothing else',
  (count) => {
    for (const { owns, work } of divideWork(everything, count, times)) {
      const runs = new Set(cellsOf(work));
      const allowed = new Set(owns);
      for (const assignment of work) {
        for (const step of [...assignment.steps].reverse()) {
          if (!allowed.has(keyOf(assignment, step.id))) continue;
          for (const required of step.requires ?? []) allowed.add(keyOf(assignment, required));
        }
      }
      expect([...runs].sort()).toEqual([...allowed].sort());
    }
  },
);

test('the shards are the same every time, and none takes much longer than another', () => {
  const first = divideWork(everything, 4, times);
  const again = divideWork([...everything].reverse(), 4, times);
  expect(again.map(({ owns }) => [...owns])).toEqual(first.map(({ owns }) => [...owns]));
  const seconds = first.map((shard) => shard.seconds);
  expect(Math.max(...seconds)).toBeLessThan(1.1 * Math.min(...seconds));
});

test('a shard is a number of how many there are', () => {
  expect(parseShard('2/4')).toEqual({ index: 2, count: 4 });
  for (const text of ['0/4', '5/4', '2', 'a/b', '1/0', '']) {
    expect(() => parseShard(text)).toThrow('is not a shard; give its number');
  }
});
