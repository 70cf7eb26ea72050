import { join } from 'node:path';
import { planRepository } from '../../generators/commands/repository/repository-plan.ts';
import type { Block, TemplateFile } from '../../generators/engine/block.ts';
import { type Catalog, discoverBlocks } from '../../generators/engine/catalog.ts';
import { viewJobs } from '../../generators/engine/ci-jobs.ts';
import { packageOf } from '../../generators/engine/names.ts';
import { type Question, questionsOf } from '../../generators/engine/questions.ts';
import { sourcesOf } from '../../generators/engine/render.ts';
import { loadFiles } from '../../generators/engine/template-files.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import { temporaryFolder, writeFiles } from './folders.ts';

export const TEMPLATES = join(import.meta.dirname, '../../templates');

/** What a person gives who answers nothing else; the same on every machine. */
export const FIXED = {
  name: 'churn',
  author: 'Ada Lovelace',
  email: 'ada@example.com',
  git_branch: 'main',
};

/** The shipped blocks. */
export const CATALOG: Catalog = await discoverBlocks(TEMPLATES);
export const BLOCKS: readonly Block[] = [...CATALOG.values()];
export const QUESTIONS: readonly Question[] = questionsOf(CATALOG);

const kindOf = (kind: Block['kind']) =>
  BLOCKS.filter((block) => block.kind === kind).map((block) => block.id);
export const MODALITIES: readonly string[] = kindOf('modality');
export const REMOVABLE: readonly string[] = kindOf('block');

/** The allowed answers of a question that is a choice. */
export function choicesOf(key: string): string[] {
  const found = QUESTIONS.filter((question) => question.key === key);
  return [...new Set(found.flatMap((one) => one.choices.map((choice) => choice.value)))];
}

export const PHASES: readonly number[] = choicesOf('phase').map(Number);

/** The tree of the shipped blocks for these answers and the defaults. */
export async function treeOf(given: Readonly<Record<string, unknown>> = {}): Promise<Tree> {
  return (await planOf(given)).tree;
}

/** The template file of each path that a block's file is copied or filled in for. */
export async function templatesOf(
  given: Readonly<Record<string, unknown>> = {},
): Promise<Map<string, TemplateFile>> {
  const { answers, blocks } = await planOf(given);
  const sources = sourcesOf(blocks.map(loadFiles), viewJobs(blocks), packageOf(answers.name));
  return new Map(sources.map(({ path, file }) => [path, file]));
}

function planOf(given: Readonly<Record<string, unknown>>) {
  const request = { given: { ...FIXED, ...given }, yes: true };
  return planRepository('/nowhere/churn', CATALOG, request, { ask: undefined });
}

/** Every modality at every phase. */
export const REPOSITORIES = MODALITIES.flatMap((modality) =>
  PHASES.map((phase) => ({ modality, phase: String(phase) })),
);

/** The files of a tree that are text: path → text. */
export function textsOf(tree: Tree): Map<string, string> {
  const texts = [...tree].filter(([, { bytes }]) => !bytes.includes(0));
  return new Map(texts.map(([path, { bytes }]) => [path, bytes.toString('utf8')]));
}

/** Writes trees next to each other in a folder of the test, each below its name. */
export function putTrees(names: readonly string[], trees: readonly Tree[]): string {
  const folder = temporaryFolder();
  for (const [index, name] of names.entries()) {
    const files = [...(trees[index] ?? [])].map(([path, { bytes }]) => [path, bytes] as const);
    writeFiles(join(folder, name), Object.fromEntries(files));
  }
  return folder;
}
