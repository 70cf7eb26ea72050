import { basename } from 'node:path';
import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import { type Answer, collectAnswers, type Given } from '../../engine/answers.ts';
import type { Answers, Block } from '../../engine/block.ts';
import { recordBlocks } from '../../engine/block-records.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { nameFrom, PACKAGE_KEY, packageOf } from '../../engine/names.ts';
import { release } from '../../engine/package.ts';
import { plan } from '../../engine/plan.ts';
import { type Question, questionsOf } from '../../engine/questions.ts';
import { render } from '../../engine/render.ts';
import { addStateFiles } from '../../engine/state.ts';
import { loadFiles } from '../../engine/template-files.ts';
import type { Tree } from '../../engine/tree.ts';
import { gitConfig } from '../../git/config.ts';
import { findDefaultBranch } from '../../git/work-tree.ts';

/** Everything that a repository is made from. */
export interface RepositoryPlan {
  answers: Answers;
  blocks: readonly Block[];
  tree: Tree;
}

/** Collects answers, chooses blocks and renders the tree; saved answers are not asked again. */
export async function planRepository(
  directory: string,
  catalog: Catalog,
  request: Pick<Request, 'given' | 'yes'>,
  ui: Pick<Ui, 'ask'>,
  saved: Given = {},
): Promise<RepositoryPlan> {
  const answers = await collectAnswers(questionsOf(catalog), catalog, request.given, {
    yes: request.yes,
    saved,
    suggest: (question) => suggestAnswer(question, directory),
    ...(ui.ask ? { ask: ui.ask } : {}),
  });
  const renamed = saved[PACKAGE_KEY];
  if (typeof renamed === 'string' && renamed !== packageOf(answers.name))
    answers[PACKAGE_KEY] = renamed;
  const blocks = plan(answers, catalog);
  return { answers, blocks, tree: await renderAll(answers, blocks) };
}

/** The tree of these answers, with its state files. */
export async function renderAll(answers: Answers, blocks: readonly Block[]): Promise<Tree> {
  const current = release();
  const loaded = blocks.map(loadFiles);
  const rendered = render(answers, loaded, current);
  const records = recordBlocks(answers, loaded);
  return addStateFiles(rendered, answers, blocks, current.version, records);
}

/** The question's own default, what git knows of the user, or the name of the folder. */
async function suggestAnswer(question: Question, directory: string): Promise<Answer | undefined> {
  if (question.key === 'name') return nameFrom(basename(directory)) || question.default;
  if (question.defaultFrom === 'git:branch') {
    return (await suggestBranch(question, directory)) ?? question.default;
  }
  if (question.defaultFrom) return (await suggestFromGit(question.defaultFrom)) ?? question.default;
  return question.default;
}

/** The branch of the repository, where CI can name it: its names are patterns there. */
async function suggestBranch(
  { pattern = '' }: Question,
  directory: string,
): Promise<string | undefined> {
  const branch = await findDefaultBranch(directory);
  return branch !== undefined && new RegExp(pattern, 'u').test(branch) ? branch : undefined;
}

/** What git knows of the user; undefined when it does not. */
export async function suggestFromGit(source: keyof typeof IDENTITY): Promise<string | undefined> {
  const { variables, keys } = IDENTITY[source];
  for (const name of variables) if (process.env[name]?.trim()) return process.env[name];
  for (const key of keys) {
    const value = await gitConfig(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Where git itself looks for the author, in its order. */
const IDENTITY = {
  'git:user.name': { variables: ['GIT_AUTHOR_NAME'], keys: ['author.name', 'user.name'] },
  'git:user.email': { variables: ['GIT_AUTHOR_EMAIL'], keys: ['author.email', 'user.email'] },
} as const;
