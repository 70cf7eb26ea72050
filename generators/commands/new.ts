import { relative, resolve } from 'node:path';
import { defineCommand, type Ui } from '../cli/command.ts';
import { INSTALL_UV, isOnPath } from '../cli/find-program.ts';
import { WRITING_FLAGS } from '../cli/flags.ts';
import { count, messageLines, quoteForShell, wrap } from '../cli/printing.ts';
import type { Request } from '../cli/request.ts';
import { checkAnswer, type Given } from '../engine/answers.ts';
import type { Catalog } from '../engine/catalog.ts';
import { Refusal } from '../engine/errors.ts';
import { findHidden } from '../engine/hidden-characters.ts';
import { givenAnswer } from '../engine/identity.ts';
import { questionsOf } from '../engine/questions.ts';
import { findReplacements } from '../engine/replacements.ts';
import { checkTarget } from '../engine/write.ts';
import { readCatalog } from './repository/catalog.ts';
import { formatNewRepository, type NewRepository } from './repository/new-repository.ts';
import { stateOfPlan } from './repository/project-state.ts';
import type { RepositoryPlan } from './repository/repository-plan.ts';

export default defineCommand<NewRepository>({
  name: 'new',
  summary: 'Writes a machine-learning repository that trains in its first minute.',
  arguments: '[FOLDER]',
  flags: [...WRITING_FLAGS, 'with', 'without', 'skipGit'],
  asks: () => true,
  run: writeNewRepository,
  format: formatNewRepository,
});

async function writeNewRepository(request: Request, ui: Ui): Promise<NewRepository> {
  const catalog = await readCatalog(request.blocks);
  const lacksUv = !request.skipInstall && !request.dryRun && !isOnPath('uv');
  const isAsked = ui.ask !== undefined && !request.yes;
  if (isAsked) await announceMissing(lacksUv, request, catalog, ui);
  const given = await answerFolderName(request, catalog, ui);
  const directory = resolve(chooseFolder(request, given));
  checkTarget(directory);
  const { planRepository } = await import('./repository/work.ts');
  const plan = await planRepository(directory, catalog, { ...request, given }, ui);
  const takesLong = !request.skipInstall && !request.dryRun; // otherwise the notes follow at once
  if (!isAsked && takesLong) await announceMissing(lacksUv, request, catalog, ui);
  if (ui.confirm && !request.dryRun) await confirmPlan(directory, plan, request, ui.confirm, ui);
  const { writeRepository } = await import('./repository/work.ts');
  const result = request.dryRun
    ? { commits: [], notes: [] }
    : await writeRepository(directory, plan, request, ui);
  return {
    command: 'new',
    directory,
    dryRun: request.dryRun,
    from: null,
    to: stateOfPlan(plan),
    added: [...plan.tree.keys()],
    ...result,
    notes: [...describeReplacements(plan, catalog), ...describeUnknown(plan), ...result.notes],
    nextSteps: [
      ...(lacksUv ? [INSTALL_UV] : []),
      ...nextSteps(relative(process.cwd(), directory) || '.'),
    ],
  };
}

const WITHOUT_UV = `uv is not installed, so the packages will not be. This installs it: ${INSTALL_UV}`;

/** Says at the start what is missing on this machine. */
async function announceMissing(
  lacksUv: boolean,
  { given, yes }: Request,
  catalog: Catalog,
  ui: Ui,
): Promise<void> {
  if (lacksUv) printMessage(WITHOUT_UV, ui);
  const { suggestFromGit } = await import('./repository/work.ts');
  const unknown: string[] = [];
  for (const { key, defaultFrom } of questionsOf(catalog)) {
    if (!isIdentity(defaultFrom) || given[key] !== undefined) continue;
    if ((await suggestFromGit(defaultFrom)) === undefined) unknown.push(UNKNOWN[defaultFrom]);
  }
  if (unknown.length === 0) return;
  const then = ui.ask && !yes ? 'Give them below, or' : 'So';
  printMessage(
    `git knows ${unknown.join(' and ')} of yours. ${then} the files leave that out.`,
    ui,
  );
}

function printMessage(message: string, ui: Ui): void {
  for (const line of messageLines(message)) ui.print(line);
}

const UNKNOWN = { 'git:user.name': 'no name', 'git:user.email': 'no address' } as const;

function isIdentity(source: string | undefined): source is keyof typeof UNKNOWN {
  return source !== undefined && source in UNKNOWN;
}

/** Shows what would be written, and stops unless the user wants it. */
async function confirmPlan(
  directory: string,
  plan: RepositoryPlan,
  { skipGit, skipInstall }: Request,
  confirm: NonNullable<Ui['confirm']>,
  ui: Ui,
): Promise<void> {
  const { phase, modality, blocks } = stateOfPlan(plan);
  const size = `${count(plan.tree.size, 'file')} from ${count(blocks.length, 'block')}`;
  ui.print(`${modality}, phase ${phase}: ${size} into "${directory}"`);
  for (const line of wrap(blocks)) ui.print(line);
  const then = [
    ...(skipGit ? [] : ['commits them with git']),
    ...(skipInstall ? [] : ['installs the packages with uv into .venv']),
  ];
  if (then.length > 0) ui.print(`Then it ${then.join(' and ')}.`);
  if (!(await confirm('Write it?'))) throw new Refusal('Nothing was written: you said no.');
}

/** A line for each block that came in place of one that --without names. */
function describeReplacements({ answers, blocks }: RepositoryPlan, catalog: Catalog): string[] {
  return findReplacements(answers, blocks, catalog).map(
    ({ left, capability, instead }) =>
      `"${instead}" comes in place of "${left}", because other blocks require "${capability}". To have "${left}": nimble-ml swap ${capability} ${left}`,
  );
}

/** A line when neither git nor the user said who the author is. */
function describeUnknown({ answers, blocks }: RepositoryPlan): string[] {
  const sources = Object.keys(UNKNOWN) as (keyof typeof UNKNOWN)[];
  const unknown = sources.filter((one) => givenAnswer(one, answers, blocks) === undefined);
  if (unknown.length === 0) return [];
  return [
    `git knows ${unknown.map((one) => UNKNOWN[one]).join(' and ')} of yours, so the files leave that out. To add it: nimble-ml update --author NAME --email ADDRESS`,
  ];
}

/** The given answers; without a folder on the command line, the name among them is the folder. */
async function answerFolderName(request: Request, catalog: Catalog, { ask }: Ui): Promise<Given> {
  const { args, given, yes } = request;
  if (args.length > 0 || (yes && given.name === undefined)) return given;
  const question = questionsOf(catalog).find((one) => one.key === 'name');
  if (!question) return given;
  if (given.name !== undefined) return { ...given, name: checkAnswer(question, given.name) };
  if (ask) return { ...given, name: await ask(question, question.default) };
  throw new Refusal(
    'No folder is named and there is no terminal to ask in. Name one, or write into this one with --yes.',
  );
}

/** A folder whose name can be seen and typed. */
function chooseFolder({ args }: Request, given: Given): string {
  const folder = args[0] ?? String(given.name ?? '.');
  const hidden = findHidden(folder);
  if (hidden === undefined && folder !== '') return folder;
  throw new Refusal(
    `"${folder}" is not a folder to write: ${hidden ? `it holds the character ${hidden}` : 'it has no name'}. Name another.`,
  );
}

/** The commands that come next, as one would type them. */
export function nextSteps(folder: string): string[] {
  const enter = folder === '.' ? '' : `cd ${quoteForShell(folder)} && `;
  return [`${enter}uv run poe train`];
}
