// Writes docs/blocks.md and docs/commands.md from what the blocks and the questions say: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpPage } from '../generators/app/door.ts';
import type { Block } from '../generators/engine/block.ts';
import { discover } from '../generators/engine/discover.ts';
import { templatesFolder } from '../generators/engine/package.ts';
import { questionsOf } from '../generators/engine/questions.ts';

/** path below docs/ → text. */
export async function generatedDocs(): Promise<Record<string, string>> {
  const catalog = await discover(templatesFolder());
  const blocks = [...catalog.values()].filter((block) => block.kind !== 'skeleton');
  const help = ['nimble-ml new', 'yo nimble-ml'].map((command) =>
    ['```text', ...helpPage(command, questionsOf(catalog)), '```'].join('\n'),
  );
  return {
    'blocks.md': [
      '# Blocks and modalities',
      'Generated from each `docs.md` by `npm run docs`.',
      overview(blocks),
      ...blocks.map(page),
    ].join('\n\n'),
    'commands.md': ['# Commands', 'Generated from the questions by `npm run docs`.', ...help].join(
      '\n\n',
    ),
  };
}

function overview(blocks: readonly Block[]): string {
  const rows = blocks.map(
    ({ id, title, phase, modalities }) =>
      `| [${id}](#${id}) | ${title} | ${phase === 'never' ? 'when required or asked for' : phase} | ${modalities?.join(', ') ?? 'all'} |`,
  );
  return ['| id | what it is | from phase | for |', '|---|---|---|---|', ...rows].join('\n');
}

/** A block's own page, its headings one level down, under its id. */
function page(block: Block): string {
  const [, ...lines] = readFileSync(join(block.folder, 'docs.md'), 'utf8').trim().split('\n');
  let fenced = false;
  const lowered = lines.map((line) => {
    if (line.startsWith('```')) fenced = !fenced;
    return !fenced && line.startsWith('#') ? `#${line}` : line;
  });
  return [`## ${block.id}`, `**${block.title}.** ${block.why}`, lowered.join('\n').trim()].join(
    '\n\n',
  );
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(await generatedDocs())) {
    writeFileSync(join('docs', path), `${text}\n`);
  }
}
