// Writes docs/blocks.md, docs/commands.md and docs/quickstart/ from what the blocks and the questions say: npm run docs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands } from '../generators/cli/command-list.ts';
import { helpPage } from '../generators/cli/help.ts';
import type { Block } from '../generators/engine/block.ts';
import { discoverBlocks } from '../generators/engine/catalog.ts';
import { templatesFolder } from '../generators/engine/package.ts';
import { questionsOf } from '../generators/engine/questions.ts';

/** path below docs/ → text. */
export async function generatedDocs(): Promise<Record<string, string>> {
  const catalog = await discoverBlocks(templatesFolder());
  const blocks = [...catalog.values()].filter((block) => block.kind !== 'skeleton');
  const questions = questionsOf(catalog);
  const help = commands.map((command) => {
    const page = helpPage(`nimble-ml ${command.name}`, command, questions, 80);
    return [`## ${command.name}`, ['```text', ...page, '```'].join('\n')].join('\n\n');
  });
  return {
    'blocks.md': [
      '# Blocks and modalities',
      'Generated from each `docs.md` by `npm run docs`.',
      overview(blocks),
      ...blocks.map(page),
    ].join('\n\n'),
    ...Object.fromEntries(
      blocks
        .filter((block) => block.kind === 'modality')
        .map((block) => [`quickstart/${block.id}.md`, quickstart(block)]),
    ),
    'commands.md': [
      '# Commands',
      'Generated from the questions by `npm run docs`.',
      'Yeoman runs the same commands with the same flags: `yo nimble-ml` is `new`, `yo nimble-ml:phase` is `phase`, and so on.',
      ...help,
    ].join('\n\n'),
  };
}

function overview(blocks: readonly Block[]): string {
  const rows = blocks.map(
    ({ id, area, kind, title, phase, modalities }) =>
      `| [${id}](#${id.replaceAll('.', '')}) | ${area ?? kind} | ${title} | ${phase === 'never' ? 'when required or asked for' : phase} | ${modalities?.join(', ') ?? 'all'} |`,
  );
  return ['| id | area | what it is | from phase | for |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
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

/** The README that its repository gets, after the command that writes it; the end-to-end run types both. */
function quickstart({ id, title, folder }: Block): string {
  const readme = readFileSync(join(folder, 'files', 'README.md.ejs'), 'utf8');
  const [, ...paragraphs] = readme
    .replace(/^\| `uv run poe …`[\s\S]*?<%_ \} _%>\n/m, '')
    .trim()
    .split('\n\n')
    .filter((paragraph) => !/^<%|docs\/README\.md/.test(paragraph));
  // A page of the repository is linked where its template is.
  const pages = `../../templates/modalities/${id}/files/docs`;
  return [
    `# Quickstart: ${title.toLowerCase()}`,
    `Generated from the README of the repository by \`npm run docs\`.`,
    ['```sh', `nimble-ml new my-${id} --modality ${id} --yes`, `cd my-${id}`, '```'].join('\n'),
    ...paragraphs.map((paragraph) => paragraph.trim().replaceAll('](docs/', `](${pages}/`)),
  ].join('\n\n');
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(await generatedDocs())) {
    mkdirSync(join('docs', dirname(path)), { recursive: true });
    writeFileSync(join('docs', path), `${text}\n`);
  }
}
