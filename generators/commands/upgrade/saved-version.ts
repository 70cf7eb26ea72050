import gt from 'semver/functions/gt.js';
import type { Answers } from '../../engine/block.ts';
import { recordBlocks } from '../../engine/block-records.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { Refusal } from '../../engine/errors.ts';
import { release } from '../../engine/package.ts';
import { plan } from '../../engine/plan.ts';
import { render } from '../../engine/render.ts';
import type { SavedAnswers } from '../../engine/saved-answers.ts';
import { addStateFiles } from '../../engine/state.ts';
import { loadFiles } from '../../engine/template-files.ts';
import type { Tree } from '../../engine/tree.ts';

/** Whether a repository was written by a newer version than this one. */
export function isNewer({ version }: SavedAnswers): boolean {
  return gt(version, release().version);
}

/** Refuses to write older templates over newer ones. */
export function checkVersion(saved: SavedAnswers): void {
  const { version } = saved;
  const installed = release().version;
  if (isNewer(saved)) {
    throw new Refusal(
      `This repository was written by version ${version}, and this is version ${installed}. Install ${version} or newer.`,
    );
  }
}

/** What this version renders for the saved answers. */
export async function rerender(saved: SavedAnswers, catalog: Catalog): Promise<Tree> {
  const { answers, phase } = saved;
  const old = { ...answers, phase } as Answers;
  const blocks = plan(old, catalog);
  const current = release();
  const loaded = blocks.map(loadFiles);
  const rendered = render(old, loaded, current);
  return addStateFiles(rendered, old, blocks, current.version, recordBlocks(old, loaded));
}
