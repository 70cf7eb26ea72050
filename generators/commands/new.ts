import { basename, relative, resolve } from 'node:path';
import { nextCommands } from '../cli/printing.ts';
import type { Door, Outcome, Plan, Request } from '../cli/request.ts';
import { type Answer, checkAnswer, collectAnswers, type Given } from '../engine/answers.ts';
import type { Catalog } from '../engine/catalog.ts';
import { Refusal } from '../engine/errors.ts';
import { findHidden } from '../engine/hidden-characters.ts';
import { nameFrom } from '../engine/names.ts';
import { release } from '../engine/package.ts';
import { plan } from '../engine/plan.ts';
import { type Question, questionsOf } from '../engine/questions.ts';
import { addStateFiles } from '../engine/state.ts';
import { loadFiles } from '../engine/template-files.ts';
import { checkTarget } from '../engine/write.ts';
import { readCatalog } from './repository/catalog.ts';

/** Writes a new repository: ask, plan, render, write. */
export async function newRepository(request: Request, door: Door): Promise<Outcome> {
  const catalog = await readCatalog(request.blocks);
  const given = await placed(request, catalog, door);
  const directory = resolve(folderOf(request, given));
  checkTarget(directory);
  const made = await planNew(directory, catalog, { ...request, given }, door);
  const outcome: Outcome = {
    command: 'new',
    directory,
    dryRun: request.dryRun,
    from: null,
    to: {
      phase: made.answers.phase,
      modality: made.answers.modality,
      version: release().version,
      blocks: made.blocks.filter((one) => one.kind === 'block').map((one) => one.id),
    },
    added: [...made.tree.keys()],
    commits: [],
    notes: [],
    next: [],
  };
  if (!request.dryRun) {
    const { writeRepository } = await import('./repository/write-repository.ts');
    await writeRepository(directory, made, request, door, outcome);
  }
  outcome.next = nextCommands(relative(process.cwd(), directory) || '.');
  return outcome;
}

/** Answers, blocks and tree of a repository; what it remembers of an earlier time is not asked again. */
export async function planNew(
  directory: string,
  catalog: Catalog,
  request: Pick<Request, 'given' | 'yes'>,
  door: Pick<Door, 'ask'>,
  saved: Given = {},
): Promise<Plan> {
  const answers = await collectAnswers(questionsOf(catalog), catalog, request.given, {
    yes: request.yes,
    saved: saved,
    suggest: (question) => suggestAnswer(question, directory),
    ...(door.ask ? { ask: door.ask } : {}),
  });
  const blocks = plan(answers, catalog);
  const { render } = await import('../engine/render.ts');
  const current = release();
  const rendered = render(answers, blocks.map(loadFiles), current);
  return { answers, blocks, tree: addStateFiles(rendered, answers, blocks, current.version) };
}

/** A question's own default, git's knowledge of the user, or the name of the folder. */
async function suggestAnswer(question: Question, directory: string): Promise<Answer | undefined> {
  if (question.key === 'name') return nameFrom(basename(directory)) || question.default;
  if (question.defaultFrom) {
    const { gitConfig } = await import('../git/config.ts');
    const found = await gitConfig(GIT_KEYS[question.defaultFrom]);
    return found ?? question.default;
  }
  return question.default;
}

const GIT_KEYS = { 'git:user.name': 'user.name', 'git:user.email': 'user.email' } as const;

/** A folder that a person can see and type. */
function folderOf(request: Request, given: Given): string {
  const folder = request.directory ?? String(given.name ?? '.');
  const hidden = findHidden(folder);
  if (hidden === undefined && folder !== '') return folder;
  throw new Refusal(
    `"${folder}" is not a folder to write: ${hidden ? `it holds the character ${hidden}` : 'it has no name'}. Name another.`,
  );
}

/** The given answers; without a folder on the command line, the name among them is the folder. */
async function placed(request: Request, catalog: Catalog, { ask }: Door): Promise<Given> {
  const { directory, given, yes } = request;
  if (directory !== undefined || (yes && given.name === undefined)) return given;
  const question = questionsOf(catalog).find((one) => one.key === 'name');
  if (!question) return given;
  if (given.name !== undefined) return { ...given, name: checkAnswer(question, given.name) };
  if (ask) return { ...given, name: await ask(question, question.default) };
  throw new Refusal(
    'No folder is named and there is no terminal to ask in. Name one, or write into this one with --yes.',
  );
}
