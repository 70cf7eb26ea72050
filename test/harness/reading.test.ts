import { describe, expect, it } from 'vitest';
import { nameOf, parsePackage } from '../e2e/machine/data-packages.ts';
import { baseImages } from '../e2e/repository/dockerfile.ts';
import { expectSame, parseMetrics } from '../e2e/repository/metrics.ts';
import { parseCommands } from '../e2e/repository/readme.ts';
import { countResults, drawTable, type Result } from '../e2e/results.ts';
import { parseSets, parseSettings } from '../e2e/steps/other-data.ts';
import { named } from './named-step.ts';

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

it('the real sets of a modality are read with their packages, and an unknown registry is refused', () => {
  expect(parseSets('fortunes debian:a-de debian:a-es\n\nemoji npm:@b/c@1.2\n')).toEqual([
    { name: 'fortunes', packages: ['debian:a-de', 'debian:a-es'] },
    { name: 'emoji', packages: ['npm:@b/c@1.2'] },
  ]);
  expect(nameOf(parsePackage('npm:@b/c@1.2'))).toBe('@b/c');
  expect(nameOf(parsePackage('debian:a-de'))).toBe('a-de');
  expect(() => parseSets('fortunes cargo:a')).toThrow('"cargo:a" is not a package');
});

it('the table shows a failure, and each reason of a skip once', () => {
  const base = { seconds: 1, note: '' };
  const results: Result[] = [
    { ...base, workspace: 'x', step: 'a', state: 'failed' },
    { ...base, workspace: 'x', step: 'b', state: 'skipped', note: 'no engine' },
    { ...base, workspace: 'y', step: 'b', state: 'skipped', note: 'no engine' },
    { ...base, workspace: 'y', step: 'a', state: 'passed' },
  ];
  const table = drawTable([named('a'), named('b')], ['x', 'y'], results);
  expect(table).toContain('FAILED');
  expect(table.match(/no engine/g)).toHaveLength(1);
  expect(countResults(results)).toBe('1 passed, 1 failed, 2 skipped');
});
