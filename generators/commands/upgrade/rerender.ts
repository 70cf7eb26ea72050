import type { Answers } from '../../engine/block.ts';
import type { Catalog } from '../../engine/catalog.ts';
import { Refusal } from '../../engine/errors.ts';
import { release } from '../../engine/package.ts';
import { plan } from '../../engine/plan.ts';
import { render } from '../../engine/render.ts';
import { isNewer, type SavedAnswers } from '../../engine/saved-answers.ts';
import { addStateFiles } from '../../engine/state.ts';
import { loadFiles } from '../../engine/template-files.ts';
import type { Tree } from '../../engine/tree.ts';

/** What this version renders for the answers of an earlier time. */
export async function rerender(saved: SavedAnswers, catalog: Catalog): Promise<Tree> {
  const { answers, phase } = saved;
  const old = { ...answers, phase } as Answers;
  const blocks = plan(old, catalog);
  const current = release();
  return addStateFiles(render(old, blocks.map(loadFiles), current), old, blocks, current.version);
}

/** Older templates never go over newer ones. */
export function checkVersion({ version }: SavedAnswers): void {
  const installed = release().version;
  if (isNewer(version, installed)) {
    throw new Refusal(
      `This repository was written by version ${version}, and this is version ${installed}. Install ${version} or newer.`,
    );
  }
}
