import type { Door, Plan, Request, Standing, Target } from '../../cli/request.ts';
import type { Given } from '../../engine/answers.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { Refusal } from '../../engine/errors.ts';
import { release } from '../../engine/package.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import { planNew } from '../new.ts';
import type { Living } from './existing-repository.ts';
import type { Aim } from './upgrade-request.ts';

/** Answers, blocks and tree for an aim; what the repository remembers is not asked again. */
export async function planTarget(
  living: Living,
  aim: Aim,
  catalog: Catalog,
  request: Pick<Request, 'given' | 'yes'>,
  door: Pick<Door, 'ask'>,
): Promise<Target> {
  const { saved, repository } = living;
  checkKnown(saved, catalog);
  const given: Given = {
    modality: saved.answers.modality,
    ...request.given,
    phase: aim.phase,
    with: aim.selection.with,
    without: aim.selection.without,
  };
  const made = await planNew(
    repository.folder,
    catalog,
    { given, yes: request.yes },
    door,
    saved.answers,
  );
  const followsFiles = !['add', 'swap', 'remove'].includes(aim.label);
  const standing = standingOfPlan(made);
  return { ...made, standing, label: aim.label, subject: aim.subject(made), followsFiles };
}

/** Blocks of an organisation's own folder are known only with that folder. */
function checkKnown({ answers }: SavedAnswers, catalog: Catalog): void {
  const wanted = [...answers.with, ...answers.without, answers.modality];
  const unknown = wanted.find((id) => !catalog.has(id));
  if (unknown !== undefined) {
    throw new Refusal(
      `This repository is made with "${unknown}", which is not among the blocks known here. Name the folder it lies in with --blocks DIR.`,
    );
  }
}

export function standingOf({ phase, version, blocks, answers }: SavedAnswers): Standing {
  return { phase, modality: answers.modality, version, blocks };
}

function standingOfPlan({ answers, blocks }: Plan): Standing {
  return {
    phase: answers.phase,
    modality: answers.modality,
    version: release().version,
    blocks: blocks.filter((one) => one.kind === 'block').map((one) => one.id),
  };
}
