import type { Answers, LoadedBlock, SlotEntries } from './block.ts';
import { viewJobs } from './ci-jobs.ts';
import { PACKAGE_WORD, packageIn } from './names.ts';
import { contributionsOf } from './presence.ts';
import { isDueTo } from './removal.ts';
import { sourcesOf } from './render.ts';

/** What a repository keeps of a block, so that the block can stay, and be removed, when no version ships it any more. */
export interface BlockRecord {
  title: string;
  /** Whether it came from a folder that --blocks named. */
  external?: true;
  provides?: readonly string[];
  requires?: readonly string[];
  when?: Readonly<Record<string, string>>;
  remains?: string;
  /** Paths that are there because of it. */
  files?: readonly string[];
  /** What it adds to slots. */
  entries?: SlotEntries;
}

export type BlockRecords = Readonly<Record<string, BlockRecord>>;

/** The records of the blocks of a repository, by id. */
export function recordBlocks(answers: Answers, blocks: readonly LoadedBlock[]): BlockRecords {
  const name = packageIn(answers);
  const sources = sourcesOf(blocks, viewJobs(blocks), name);
  const contributions = contributionsOf(blocks);
  const removable = blocks.filter((block) => block.kind === 'block');
  return Object.fromEntries(
    removable
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((block) => {
        const files = sources.filter((one) => isDueTo(block, one)).map(({ path }) => path);
        const own = contributions.filter((one) => one.block === block);
        const { title, external, provides, requires, when, remains } = block;
        const record = { title, external, provides, requires, when, remains, files: files.sort() };
        return [
          block.id,
          compact({
            ...record,
            entries: joinEntries(
              own.map(({ entries }) => entries),
              name,
            ),
          }),
        ];
      }),
  );
}

/** The entries of several contributions, by slot, with the name of the package as in the files. */
function joinEntries(all: readonly (SlotEntries | undefined)[], name: string): SlotEntries {
  const joined: Record<string, Record<string, string>> = {};
  const put = (text: string) => text.replaceAll(PACKAGE_WORD, name);
  for (const entries of all) {
    for (const [slot, added] of Object.entries(entries ?? {})) {
      const named = Object.entries(added).map(([key, value]) => [put(key), put(value)]);
      joined[slot] = { ...joined[slot], ...Object.fromEntries(named) };
    }
  }
  return joined;
}

/** Without keys that say nothing. */
function compact(record: Readonly<Record<keyof BlockRecord, unknown>>): BlockRecord {
  const said = Object.entries(record).filter(
    ([, value]) => value !== undefined && (value === true || Object.keys(Object(value)).length > 0),
  );
  return Object.fromEntries(said) as unknown as BlockRecord;
}
