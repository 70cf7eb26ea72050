import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Block, lineOf, type ParsedBlock } from './block.ts';
import { exists, shown } from './disk.ts';
import { Refusal, suggest } from './errors.ts';
import { parsedAtBuild } from './parsed-blocks.ts';

/** Every block there is to choose from, by id. */
export type Catalog = ReadonlyMap<string, Block>;

/** Reads the blocks of a templates folder and of folders laid out like it (`blocks/`, `modalities/`). */
export async function discoverBlocks(
  templates: string,
  extra: readonly string[] = [],
): Promise<Catalog> {
  const catalog = new Map<string, Block>();
  add(catalog, await readBlock(join(templates, 'skeleton'), 'skeleton'));
  for (const root of [templates, ...extra]) {
    const before = catalog.size;
    const modalities = await readBlocks(join(root, 'modalities'), 'modality');
    const blocks = await readBlocks(join(root, 'blocks'), 'block');
    for (const block of [...modalities, ...blocks]) add(catalog, block);
    for (const modality of modalities) {
      for (const block of await readBlocks(join(modality.folder, 'blocks'), 'block')) {
        add(catalog, { ...block, modalities: [modality.id] });
      }
    }
    if (root !== templates && catalog.size === before) {
      throw new Refusal(
        `"${root}" holds no block. A block is a folder blocks/<id>/ or modalities/<id>/ in it, with a block.yaml.`,
      );
    }
  }
  const known = namesOf(catalog);
  for (const block of catalog.values()) checkNames(block, known);
  return catalog;
}

async function readBlocks(room: string, kind: Block['kind']): Promise<Block[]> {
  return Promise.all(folders(room).map((id) => readBlock(join(room, id), kind)));
}

async function readBlock(folder: string, kind: Block['kind']): Promise<Block> {
  const path = join(folder, 'block.yaml');
  const file = shown(path);
  if (!exists(path)) {
    throw new Refusal(`"${file}" is missing. Every block folder states itself in a block.yaml.`);
  }
  const { stated, lines } = await parse(readFileSync(path, 'utf8'), file);
  const where = (...keys: string[]) => `${file}:${lineOf(lines, keys)}`;
  if (stated.id !== basename(folder)) {
    throw new Refusal(
      `${where('id')}: the id is "${stated.id}", the folder "${basename(folder)}". Give both one name.`,
    );
  }
  return { ...NOTHING_STATED, ...stated, kind, folder, where };
}

const NOTHING_STATED = {
  provides: [],
  requires: [],
  conflicts: [],
  when: {},
  options: {},
  words: {},
  slots: {},
  fills: {},
  changes: {},
};

/** Parsing and checking take longer than everything else, so the build does it for the shipped blocks. */
async function parse(text: string, file: string): Promise<ParsedBlock> {
  const known = parsedAtBuild(text);
  if (known) return known;
  const { parseBlock } = await import('./parse-block.ts');
  return parseBlock(text, file);
}

function add(catalog: Map<string, Block>, block: Block): void {
  const other = catalog.get(block.id);
  if (other) {
    throw new Refusal(
      `${block.where('id')}: there is a block "${block.id}" already (${other.where('id')}). Give this one another id.`,
    );
  }
  catalog.set(block.id, block);
}

/** Everything that a block.yaml may name, by the key that names it. */
function namesOf(catalog: Catalog): Record<keyof typeof NAMED, ReadonlySet<string>> {
  const blocks = [...catalog.values()];
  const modalities = blocks.filter((one) => one.kind === 'modality');
  return {
    modalities: new Set(modalities.map((one) => one.id)),
    conflicts: new Set(catalog.keys()),
    requires: new Set(blocks.flatMap((one) => one.provides)),
    when: new Set(blocks.flatMap((one) => Object.keys(one.options))),
    fills: new Set(blocks.flatMap((one) => Object.keys(one.slots))),
  };
}

/** Names of other blocks and modalities in a block are names that exist. */
function checkNames(block: Block, known: ReturnType<typeof namesOf>): void {
  const named = { ...block, when: Object.keys(block.when), fills: Object.keys(block.fills) };
  for (const [key, what] of Object.entries(NAMED) as [keyof typeof NAMED, string][]) {
    for (const name of named[key] ?? []) {
      if (!known[key].has(name)) {
        throw new Refusal(
          `${block.where(key, name)}: there is no ${what} "${name}".${suggest(name, known[key])}`,
        );
      }
    }
  }
}

/** Keys of a block.yaml that hold names, and of what. */
const NAMED = {
  modalities: 'modality',
  conflicts: 'block',
  requires: 'capability',
  when: 'question',
  fills: 'slot',
} as const;

function folders(parent: string): string[] {
  if (!exists(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? entry.name : []))
    .sort();
}
