import type { Answers } from '../../engine/block.ts';
import type { Catalog } from '../../engine/discover.ts';
import { Refusal } from '../../engine/errors.ts';
import { release } from '../../engine/package.ts';
import { plan } from '../../engine/plan.ts';
import { isNewer, type Remembered } from '../../engine/remembered.ts';
import { render } from '../../engine/render.ts';
import { remember } from '../../engine/state.ts';
import { loadFiles } from '../../engine/template-files.ts';
import type { Tree } from '../../engine/tree.ts';

/** What this version renders for the answers of an earlier time. */
export async function rerender(remembered: Remembered, catalog: Catalog): Promise<Tree> {
  const { answers, phase } = remembered;
  const old = { ...answers, phase } as Answers;
  const blocks = plan(old, catalog);
  const current = release();
  return remember(render(old, blocks.map(loadFiles), current), old, blocks, current.version);
}

/** Older templates never go over newer ones. */
export function checkVersion({ version }: Remembered): void {
  const installed = release().version;
  if (isNewer(version, installed)) {
    throw new Refusal(
      `This repository was written by version ${version}, and this is version ${installed}. Install ${version} or newer.`,
    );
  }
}
