import { describe, expect, it } from 'vitest';
import { roomsFor, sortSteps, withNeeds } from '../e2e/discover.ts';
import { baseImages } from '../e2e/repository/dockerfile.ts';
import { expectSame, parseMetrics } from '../e2e/repository/metrics.ts';
import { parseCommands } from '../e2e/repository/readme.ts';
import { countResults, drawTable, type Result } from '../e2e/results.ts';
import { belongs } from '../e2e/schedule.ts';
import type { NamedStep } from '../e2e/step.ts';
import { parseSettings } from '../e2e/steps/foreign.ts';

const named = (id: string, words: Partial<NamedStep> = {}): NamedStep => ({
  id,
  title: id,
  run: async () => undefined,
  ...words,
});

describe('steps', () => {
  it('come after what they need, whatever their names', () => {
    const sorted = sortSteps([
      named('a', { needs: ['z'] }),
      named('m', { after: ['a'] }),
      named('z'),
    ]);
    expect(sorted.map((step) => step.id)).toEqual(['z', 'a', 'm']);
  });

  it('that wait for each other, or for nobody, are refused', () => {
    const circle = [named('a', { needs: ['b'] }), named('b', { after: ['a'] })];
    expect(() => sortSteps(circle)).toThrow('wait for each other');
    expect(() => sortSteps([named('a', { needs: ['gone'] })])).toThrow(
      '"gone", which does not exist',
    );
  });

  it('bring along what they need, not what merely comes first', () => {
    const steps = [
      named('a'),
      named('b', { needs: ['a'] }),
      named('c', { needs: ['b'], after: ['d'] }),
    ];
    expect([...withNeeds(['c'], [...steps, named('d')])].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('rooms', () => {
  const rooms = (options: { phases?: number[]; all?: boolean }) =>
    roomsFor(['a', 'b'], [1, 2], { phases: [], all: false, ...options }).map((room) => room.id);

  it('are every modality at the newest phase, and one at the first', () => {
    expect(rooms({})).toEqual(['a', 'b', 'a/1']);
  });

  it('are the phases that were asked for, or all of them', () => {
    expect(rooms({ phases: [1] })).toEqual(['a/1', 'b/1']);
    expect(rooms({ all: true })).toEqual(['a', 'b', 'a/1', 'b/1']);
  });

  it('of an early phase leave out the steps of a later one', () => {
    const late = named('late', { from: 2 });
    const asked = new Set<string>();
    expect([1, 2].map((phase) => belongs(late, { id: 'a', phase }, asked))).toEqual([false, true]);
  });

  it('leave what is nightly to the run that asks for it', () => {
    const long = named('long', { nightly: 2 });
    const at = (phase: number, ...asked: string[]) =>
      belongs(long, { id: 'a', phase }, new Set(asked));
    expect([at(1), at(2), at(2, 'long')]).toEqual([true, false, true]);
  });
});

describe('a README', () => {
  it('gives the lines of its shell blocks without prompts, comments and line ends', () => {
    const page = '```sh\n$ uv sync  # once\n\nuv run poe train \\\n  --set a=1\n```\n';
    expect(parseCommands(page)).toEqual(['uv sync', 'uv run poe train   --set a=1']);
  });

  it('gives nothing of other blocks', () => {
    expect(parseCommands('uv sync\n```python\nimport x\n```\n```\nplain\n```\n')).toEqual([]);
  });
});

describe('a Dockerfile', () => {
  it('names the images it starts from, not its own stages', () => {
    const file =
      'ARG BASE=python:3.11\nFROM ${BASE} AS base\nFROM base AS build\nCOPY --from=uv:1 /uv /\nFROM build';
    expect(baseImages(file)).toEqual(['python:3.11', 'uv:1']);
  });
});

describe('metrics', () => {
  it('are every number in a report but its times', () => {
    expect(parseMetrics('{"a":{"b":1,"seconds":2},"c":[3],"d":"4"}')).toEqual({
      'a.b': 1,
      'c.0': 3,
    });
  });

  it('that differ in the last digit, or are gone, are not the same', () => {
    expect(() => expectSame({ a: 1 }, { a: 1 }, 'here')).not.toThrow();
    expect(() => expectSame({ a: 0.1 + 0.2 }, { a: 0.3 }, 'here')).toThrow('a: ');
    expect(() => expectSame({ a: 1 }, {}, 'here')).toThrow('1 and undefined');
  });
});

it('foreign settings are read with or without their flag', () => {
  const printed = 'written\n--set data.path=/x\ntrain.rounds=3\n';
  expect(parseSettings(printed)).toEqual(['--set', 'data.path=/x', '--set', 'train.rounds=3']);
});

it('the table shows a failure, and each reason of a skip once', () => {
  const base = { seconds: 1, note: '' };
  const results: Result[] = [
    { ...base, room: 'x', step: 'a', state: 'failed' },
    { ...base, room: 'x', step: 'b', state: 'skipped', note: 'no engine' },
    { ...base, room: 'y', step: 'b', state: 'skipped', note: 'no engine' },
    { ...base, room: 'y', step: 'a', state: 'passed' },
  ];
  const table = drawTable([named('a'), named('b')], ['x', 'y'], results);
  expect(table).toContain('FAILED');
  expect(table.match(/no engine/g)).toHaveLength(1);
  expect(countResults(results)).toBe('1 passed, 1 failed, 2 skipped');
});
