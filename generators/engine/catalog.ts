import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Block, DEFAULTS, lineOf, type ParsedBlock } from './block.ts';
import { checkAllNames } from './block-names.ts';
import { exists, shown } from './disk.ts';
import { Refusal } from './errors.ts';
import { parsedAtBuild } from './parsed-blocks.ts';
import { fileSetsOf } from './template-files.ts';

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
    const blocks = await readAreas(join(root, 'blocks'));
    const origin = root === templates ? {} : ({ external: true } as const);
    for (const block of [...modalities, ...blocks]) add(catalog, { ...block, ...origin });
    if (root !== templates && catalog.size === before) {
      throw new Refusal(
        `"${root}" holds no block. A block is a folder blocks/<area>/<id>/ or modalities/<id>/ in it, with a block.yaml.`,
      );
    }
  }
  checkAllNames(catalog);
  return catalog;
}

/** The id that a block has now, for one that it has or had. */
export function currentId(id: string, catalog: Catalog): string {
  if (catalog.has(id)) return id;
  return [...catalog.values()].find((block) => block.aliases.includes(id))?.id ?? id;
}

async function readBlocks(parent: string, kind: Block['kind']): Promise<Block[]> {
  return Promise.all(folders(parent).map((id) => readBlock(join(parent, id), kind)));
}

/** The blocks of every area; a folder with a block.yaml of its own is a block without an area. */
async function readAreas(parent: string): Promise<Block[]> {
  const found = folders(parent).map((name): Promise<Block[]> => {
    const folder = join(parent, name);
    const isArea = !exists(join(folder, 'block.yaml')) && folders(folder).length > 0;
    if (!isArea) return readBlock(folder, 'block').then((block) => [block]);
    return readBlocks(folder, 'block').then((blocks) =>
      blocks.map((block) => ({ ...block, area: name })),
    );
  });
  return (await Promise.all(found)).flat();
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
  return { ...DEFAULTS, ...stated, kind, folder, fileSets: fileSetsOf(folder), where };
}

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

function folders(parent: string): string[] {
  if (!exists(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? entry.name : []))
    .sort();
}
