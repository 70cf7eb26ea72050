import type { Ui } from '../../cli/command.ts';
import type { Request } from '../../cli/request.ts';
import type { Given } from '../../engine/answers.ts';
import type { Block } from '../../engine/block.ts';
import { type Catalog, currentId } from '../../engine/catalog.ts';
import { Refusal } from '../../engine/errors.ts';
import { PACKAGE_KEY, packageIn } from '../../engine/names.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import { nameOf } from '../../merge/find-package.ts';
import type { MovedFolder } from '../../merge/moved-folders.ts';
import type { RenamedPackage } from '../../merge/renamed-package.ts';
import { type ProjectState, stateOfPlan } from '../repository/project-state.ts';
import { planRepository, type RepositoryPlan, renderAll } from '../repository/repository-plan.ts';
import type { ExistingRepository } from './existing-repository.ts';
import { checkVersion } from './saved-version.ts';
import type { MakeUpgradeRequest } from './upgrade-request.ts';

/** What a repository is to become. */
export interface DesiredState extends RepositoryPlan {
  state: ProjectState;
  /** Name of the new render in conflict markers, behind `nimble-ml/`. */
  label: string;
  /** First line of the commit. */
  subject: string;
  /** Whether a file of the old render can have become one of the new: not when blocks are exchanged. */
  followsFiles: boolean;
  /** The package, where the user moved it since the last render. */
  renamedPackage: RenamedPackage | undefined;
  /** What the user should know of the change. */
  notes: readonly string[];
}

/**
 * Answers, blocks and tree for what a command asks for; undefined when the repository has it already. Where something will
 * change and no question can be asked, `begin` is called before the tree is rendered.
 */
export async function planDesiredState(
  existing: ExistingRepository,
  makeUpgradeRequest: MakeUpgradeRequest,
  catalog: Catalog,
  request: Request,
  ui: Pick<Ui, 'ask'>,
  begin: () => unknown = () => {},
): Promise<DesiredState | undefined> {
  const { saved, repository, elsewhere } = existing;
  checkVersion(saved);
  if (request.adopt && request.backup) {
    throw new Refusal('--adopt and --backup exclude each other. Give one of them.');
  }
  const upgrade = makeUpgradeRequest(request, saved, catalog);
  if (!upgrade) return undefined;
  checkBlocksKnown(saved, elsewhere, catalog);
  const { answers } = saved;
  const selection = upgrade.selection ?? { with: answers.with, without: answers.without };
  const given: Given = {
    modality: answers.modality,
    ...request.given,
    phase: upgrade.phase ?? saved.phase,
    with: selection.with.filter((id) => !isReplaced(catalog.get(id), request.given)),
    without: [...selection.without],
  };
  const how = { given, yes: request.yes };
  const moved = await existing.findMovedPackage();
  const known = moved ? { ...answers, [PACKAGE_KEY]: nameOf(moved) } : answers;
  const isChange = given.phase !== saved.phase || upgrade.selection !== undefined;
  if (isChange && (ui.ask === undefined || request.yes)) begin();
  const plan = await planRepository(repository.folder, catalog, how, ui, known);
  return {
    ...plan,
    renamedPackage: moved && (await describeRename(moved, plan, answers)),
    state: stateOfPlan(plan),
    label: upgrade.label,
    subject: upgrade.subject(plan),
    followsFiles: !(upgrade.exchangesBlocks ?? upgrade.selection !== undefined),
    notes: upgrade.notes ?? [],
  };
}

/** Whether another answer was given than the one by which a block came that is no longer shipped. */
function isReplaced(block: Block | undefined, given: Given): boolean {
  if (!block?.retired) return false;
  return Object.entries(block.when).some(([key, value]) => (given[key] ?? value) !== value);
}

/** A package that the user moved, with the new render by its former name. */
async function describeRename(
  moved: MovedFolder,
  { answers, blocks }: RepositoryPlan,
  saved: SavedAnswers['answers'],
): Promise<RenamedPackage> {
  const before = await renderAll({ ...answers, [PACKAGE_KEY]: packageIn(saved) }, blocks);
  return { ...moved, rendered: `src/${packageIn(answers)}`, before };
}

/** Blocks of an organisation's own folder are known only with that folder. */
function checkBlocksKnown(
  { answers }: SavedAnswers,
  elsewhere: readonly string[],
  catalog: Catalog,
): void {
  const wanted = [...elsewhere, ...answers.with, ...answers.without, answers.modality];
  const unknown = wanted.find((id) => !catalog.has(currentId(id, catalog)));
  if (unknown !== undefined) {
    throw new Refusal(
      `This repository is made with "${unknown}", which is not among the blocks known here. Name the folder that holds it with --blocks DIR.`,
    );
  }
}
