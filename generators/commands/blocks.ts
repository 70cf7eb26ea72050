import { defineCommand } from '../cli/command.ts';
import { count, paint, terminalWidth, wrapText } from '../cli/printing.ts';
import type { Request } from '../cli/request.ts';
import { checkAnswer } from '../engine/answers.ts';
import type { Block } from '../engine/block.ts';
import type { Catalog } from '../engine/catalog.ts';
import { fits } from '../engine/providers.ts';
import { questionsOf } from '../engine/questions.ts';
import { readCatalog } from './repository/catalog.ts';

/** One block that a repository can have. */
interface ListedBlock {
  id: string;
  /** The folder that holds it, for readers; null when it is in none. */
  area: string | null;
  title: string;
  /** From which phase it is added by default. */
  phase: Block['phase'];
  /** Null: for all. */
  modalities: readonly string[] | null;
  provides: readonly string[];
  requires: readonly string[];
  why: string;
  cost: Block['cost'];
}

/** The list, as `--json` prints it. */
interface BlockList {
  command: 'blocks';
  blocks: ListedBlock[];
}

export default defineCommand<BlockList>({
  name: 'blocks',
  summary: 'Lists the blocks that a repository can have, or those for one modality.',
  arguments: '',
  flags: ['answers', 'blocks', 'json'],
  asks: ({ key }) => key === 'modality',
  otherwise: 'all',
  run: listBlocks,
  format: formatBlocks,
});

async function listBlocks(request: Request): Promise<BlockList> {
  const catalog = await readCatalog(request.blocks);
  const modality = readModality(request, catalog);
  const blocks = [...catalog.values()]
    .filter((one) => one.kind === 'block')
    .filter((one) => modality === undefined || fits(one, modality))
    .map(describeBlock)
    .sort((a, b) => compare(a.area ?? '', b.area ?? '') || compare(a.id, b.id));
  return { command: 'blocks', blocks };
}

/** The modality that is asked for, checked. */
function readModality({ given }: Request, catalog: Catalog): string | undefined {
  const question = questionsOf(catalog).find((one) => one.key === 'modality');
  if (question === undefined || given.modality === undefined) return undefined;
  return String(checkAnswer(question, given.modality));
}

function describeBlock(block: Block): ListedBlock {
  const { id, area, title, phase, modalities, provides, requires, why, cost } = block;
  return {
    id,
    area: area ?? null,
    title,
    phase,
    modalities: modalities ?? null,
    provides,
    requires,
    why,
    cost,
  };
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function formatBlocks({ blocks }: BlockList): string[] {
  const areas = [...new Set(blocks.map((one) => one.area))];
  const width = Math.max(0, ...blocks.map((one) => one.id.length));
  return [
    paint('title', `${count(blocks.length, 'block')}, by area:`),
    ...areas.flatMap((area) => [
      '',
      `  ${paint('title', area ?? 'other')}`,
      ...blocks.filter((one) => one.area === area).flatMap((one) => blockLines(one, width)),
    ]),
    '',
    ...wrapText(
      'A new repository: nimble-ml new --with A,B --without C. An existing one: nimble-ml add BLOCK, remove BLOCK, swap CAPABILITY BLOCK.',
      terminalWidth(),
    ),
  ];
}

/** Its id, then its title with the phase and the modalities, wrapped. */
function blockLines({ id, title, phase, modalities }: ListedBlock, width: number): string[] {
  const when = phase === 'never' ? 'when asked for' : `phase ${phase}`;
  const facts = [when, ...(modalities ? [modalities.join(', ')] : [])].join('; ');
  const [first = '', ...rest] = wrapText(`${title} (${facts})`, terminalWidth() - width - 6);
  return [
    `    ${paint('command', id.padEnd(width))}  ${first}`,
    ...rest.map((text) => `${' '.repeat(width + 6)}${text}`),
  ];
}
