// What there is to run, read from folders: modalities from the templates, steps from `steps/`.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { discoverBlocks } from '../../generators/engine/catalog.ts';
import { questionsOf } from '../../generators/engine/questions.ts';
import type { Inventory } from './select.ts';
import type { NamedStep, Step } from './step.ts';

export async function takeInventory(checkout: string): Promise<Inventory> {
  return {
    modalities: await findModalities(checkout),
    phases: await findPhases(checkout),
    steps: await findSteps(),
  };
}

export async function findModalities(checkout: string): Promise<string[]> {
  const folder = join(checkout, 'templates', 'modalities');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.sort();
}

/** The phases that the question offers. */
export async function findPhases(checkout: string): Promise<number[]> {
  return (await findChoices(checkout, 'phase')).map(Number).sort();
}

/** What the question of that key offers. */
export async function findChoices(checkout: string, key: string): Promise<string[]> {
  const questions = questionsOf(await discoverBlocks(join(checkout, 'templates')));
  const choices = questions.find((question) => question.key === key)?.choices ?? [];
  return choices.map((choice) => choice.value);
}

/** All steps in an order in which each comes after what it requires. */
export async function findSteps(): Promise<NamedStep[]> {
  const folder = join(import.meta.dirname, 'steps');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const steps: NamedStep[] = [];
  for (const file of files) {
    const module: { step: Step } = await import(pathToFileURL(join(folder, file)).href);
    steps.push({ ...module.step, id: basename(file, '.ts') });
  }
  return sortSteps(steps);
}

export function sortSteps(steps: NamedStep[]): NamedStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const sorted = new Set<NamedStep>();
  const visit = (step: NamedStep, path: string[]): void => {
    if (path.includes(step.id)) throw new Error(`steps wait for each other: ${path.join(', ')}`);
    for (const id of [...(step.requires ?? []), ...(step.after ?? [])]) {
      const earlier = byId.get(id);
      if (!earlier) throw new Error(`step "${step.id}" waits for "${id}", which does not exist`);
      visit(earlier, [...path, step.id]);
    }
    sorted.add(step);
  };
  for (const step of steps) visit(step, []);
  return [...sorted];
}
