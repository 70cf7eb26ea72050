import type { Option } from './block.ts';
import type { BlockRecords } from './block-records.ts';
import { type Catalog, currentId } from './catalog.ts';
import type { SavedAnswers } from './saved-answers.ts';

/** The saved answers with the names that blocks, modalities, questions and choices have now. */
export function renameSaved(saved: SavedAnswers, catalog: Catalog): SavedAnswers {
  const { answers } = saved;
  const current = (ids: readonly string[]) => [...new Set(ids.map((id) => currentId(id, catalog)))];
  return {
    ...saved,
    blocks: current(saved.blocks).sort(),
    answers: {
      ...renameAnswers(answers, catalog),
      name: answers.name,
      modality: currentId(answers.modality, catalog),
      with: current(answers.with),
      without: current(answers.without),
    },
  };
}

/** Answers with the keys and choices of today; one that has the new key already wins. */
export function renameAnswers(
  answers: Readonly<Record<string, unknown>>,
  catalog: Catalog,
): Record<string, unknown> {
  const renamed: Record<string, unknown> = { ...answers };
  for (const [key, option] of optionsOf(catalog)) {
    for (const former of option.aliases ?? []) {
      if (!(former in renamed)) continue;
      renamed[key] ??= renamed[former];
      delete renamed[former];
    }
    const choice = option.formerChoices?.[String(renamed[key])];
    if (choice !== undefined) renamed[key] = choice;
  }
  return renamed;
}

/** Records by the ids of today. */
export function renameRecords(records: BlockRecords, catalog: Catalog): BlockRecords {
  return Object.fromEntries(
    Object.entries(records).map(([id, record]) => [currentId(id, catalog), record]),
  );
}

/** The questions of all blocks that had other names. */
function optionsOf(catalog: Catalog): [string, Option][] {
  return [...catalog.values()].flatMap(({ options }) => Object.entries(options));
}
