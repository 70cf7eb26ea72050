import type { NamedStep } from '../e2e/step.ts';

/** A step that does nothing. */
export function named(id: string, more: Partial<Omit<NamedStep, 'id'>> = {}): NamedStep {
  return { title: id, needs: '', proves: '', run: async () => undefined, ...more, id };
}
