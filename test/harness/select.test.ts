import { describe, expect, it } from 'vitest';
import { sortSteps } from '../e2e/discover.ts';
import { belongs, type Inventory, selectWork, withRequired } from '../e2e/select.ts';
import type { Scope } from '../e2e/step.ts';
import { named } from './named-step.ts';

describe('steps', () => {
  it('come after what they require, whatever their names', () => {
    const sorted = sortSteps([
      named('a', { requires: ['z'] }),
      named('m', { after: ['a'] }),
      named('z'),
    ]);
    expect(sorted.map((step) => step.id)).toEqual(['z', 'a', 'm']);
  });

  it('that wait for each other, or for a step that does not exist, are refused', () => {
    const circle = [named('a', { requires: ['b'] }), named('b', { after: ['a'] })];
    expect(() => sortSteps(circle)).toThrow('wait for each other');
    expect(() => sortSteps([named('a', { requires: ['gone'] })])).toThrow(
      '"gone", which does not exist',
    );
  });

  it('bring along what they require, not what merely comes first', () => {
    const steps = [
      named('a'),
      named('b', { requires: ['a'] }),
      named('c', { requires: ['b'], after: ['d'] }),
      named('d'),
    ];
    expect(withRequired(['c'], steps).map((step) => step.id)).toEqual(['a', 'b', 'c']);
  });

  it('of a later phase are left out of an early one, and those of one scope out of another', () => {
    const workspace = (phase: number, scope: Scope = 'modality') => ({
      id: 'x',
      modality: 'x',
      scope,
      phase,
    });
    const late = named('late', { from: 2 });
    expect([1, 2].map((phase) => belongs(late, workspace(phase)))).toEqual([false, true]);
    const cloud = named('cloud', { scope: 'cloud' });
    expect([belongs(cloud, workspace(2)), belongs(cloud, workspace(2, 'cloud'))]).toEqual([
      false,
      true,
    ]);
    const every = named('every', { scope: 'every' });
    expect([belongs(every, workspace(2)), belongs(every, workspace(2, 'cloud'))]).toEqual([
      true,
      true,
    ]);
  });
});

describe('the work', () => {
  const inventory: Inventory = {
    modalities: ['a', 'b'],
    phases: [1, 2],
    steps: [named('write', { scope: 'every' }), named('train'), named('vm', { scope: 'cloud' })],
  };
  const plan = { a: ['train'], 'b/1': ['write'], cloud: ['vm'] };
  const select = (options: {
    modalities?: string[];
    phases?: number[];
    only?: string[];
    all?: boolean;
  }) =>
    selectWork(
      inventory,
      plan,
      { modalities: [], phases: [], only: [], all: false, ...options },
      { complete: 'a', others: ['write'] },
    ).map(({ workspace, steps }) => `${workspace.id}: ${steps.map(({ id }) => id)}`);

  it('is the plan when nothing is asked for', () => {
    expect(select({})).toEqual(['a: train', 'b/1: write', 'cloud: vm']);
  });

  it('is every step of a modality that is named, at the newest phase or the named ones', () => {
    expect(select({ modalities: ['b'] })).toEqual(['b: write,train']);
    expect(select({ modalities: ['b'], phases: [1] })).toEqual(['b/1: write,train']);
  });

  it('has the workspaces that a named step needs', () => {
    expect(select({ only: ['vm'] })).toEqual(['cloud: vm']);
    expect(select({ only: ['train'] })).toEqual(['a: train', 'b: train']);
  });

  it('is every step at the newest phase when all is asked for; an older phase has them all for one modality', () => {
    expect(select({ all: true })).toEqual([
      'a/1: write,train',
      'a: write,train',
      'b/1: write',
      'b: write,train',
      'cloud: write,vm',
      'tooling: write',
      'generator: write',
    ]);
    expect(select({ all: true, modalities: ['b'], phases: [1] })).toContain('b/1: write,train');
  });
});
