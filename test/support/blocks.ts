import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  type Answers,
  type Block,
  DEFAULTS,
  type LoadedBlock,
  lineOf,
} from '../../generators/engine/block.ts';
import type { Catalog } from '../../generators/engine/catalog.ts';
import { parseBlock } from '../../generators/engine/parse-block.ts';
import { writeFiles } from './folders.ts';

/** What a test says about a block; everything else is filled in. */
export type Stated = Readonly<Record<string, unknown>>;

const FOLDERS = { skeleton: '', modality: 'modalities', block: 'blocks' } as const;

/** The text of a valid block.yaml. */
export function blockYaml(id: string, stated: Stated = {}): string {
  return stringify({
    id,
    title: `The block ${id}`,
    phase: 1,
    why: 'A test needs it.',
    adoptWhen: 'A test says so.',
    cost: { setup: '0 min', monthly: '$0' },
    remove: 'Delete it.',
    ...stated,
  });
}

/** A block that is on no disk. */
export function block(id: string, stated: Stated = {}, kind: Block['kind'] = 'block'): Block {
  const folder = join(FOLDERS[kind], id);
  const file = `${folder}/block.yaml`;
  const parsed = parseBlock(blockYaml(id, stated), file);
  const where = (...keys: string[]) => `${file}:${lineOf(parsed.lines, keys)}`;
  return { ...DEFAULTS, ...parsed.stated, kind, folder, fileSets: [], where };
}

export const modality = (id: string, stated: Stated = {}) => block(id, stated, 'modality');

export const skeleton = (stated: Stated = {}) => block('skeleton', stated, 'skeleton');

/** A catalog of these blocks, with a skeleton and the modality "tabular" when they have none. */
export function catalogOf(...blocks: readonly Block[]): Catalog {
  const has = (kind: Block['kind']) => blocks.some((one) => one.kind === kind);
  const all = [
    ...(has('skeleton') ? [] : [skeleton({ options: QUESTIONS })]),
    ...(has('modality') ? [] : [modality('tabular')]),
    ...blocks,
  ];
  return new Map(all.map((one) => [one.id, one]));
}

/** The block with files in memory; a name that ends in `.ejs` is filled in. */
export function withFiles(
  owner: Block,
  files: Readonly<Record<string, string | Buffer>>,
  needs: readonly string[] = [],
): LoadedBlock {
  return {
    ...owner,
    files: Object.entries(files).map(([name, content]) => ({
      path: name.replace(/\.ejs$/, ''),
      source: join(owner.folder, ['files', ...needs].join('+'), name),
      needs,
      filled: name.endsWith('.ejs'),
      bytes: Buffer.from(content),
    })),
  };
}

/** Complete answers. */
export function answersOf(given: Readonly<Record<string, unknown>> = {}): Answers {
  return {
    name: 'churn-model',
    modality: 'tabular',
    phase: 1,
    with: [],
    without: [],
    ...given,
  } as Answers;
}

/** The questions that the app's code relies on. */
export const QUESTIONS = {
  name: { ask: 'What is it called?', default: 'my-model', help: 'Names the repository.' },
  modality: { ask: 'What does it read?', default: 'tabular', help: 'The kind of data.' },
  phase: { ask: 'Which phase?', default: '1', help: 'How much is there from the start.' },
  description: { ask: 'What is it for?', default: 'A project', help: 'Goes into about.toml.' },
  author: { ask: 'Who?', default: 'The authors', defaultFrom: 'git:user.name' },
  email: { ask: 'Which address?', default: 'a@example.com', defaultFrom: 'git:user.email' },
};

/** A small templates folder on disk: two modalities, two phases, one block of each sort. */
export function writeTemplates(
  folder: string,
  more: Readonly<Record<string, string | Buffer>> = {},
): string {
  writeFiles(folder, { ...SMALL_TEMPLATES, ...more });
  return folder;
}

export const SMALL_TEMPLATES: Readonly<Record<string, string | Buffer>> = {
  'skeleton/block.yaml': blockYaml('skeleton', {
    options: QUESTIONS,
    slots: { needs: { file: 'about.toml' } },
  }),
  'skeleton/files/about.toml.ejs': [
    'name = <%= toml.name %>',
    'description = <%= toml.description %>',
    'author = <%= toml.author %>',
    'email = <%= toml.email %>',
    'modality = "<%= modality %>"',
    'phase = <%= phase %>',
    'version = "<%= generator_version %> <%= proven_on %>"',
    'needs = [',
    '<%_ for (const [key, value] of slots.needs) { _%>',
    '  "<%= key %><%= value %>",',
    '<%_ } _%>',
    ']',
    '',
  ].join('\n'),
  'skeleton/files/dot_gitignore': '*.log\n',
  'skeleton/files/src/nimble_package/__init__.py': '"""nimble_package."""\n',
  'skeleton/files/run': '#!/bin/sh\necho nimble_package\n',
  'skeleton/files/pixel.bin': Buffer.from([0, 1, 2, 255, 254]),
  'modalities/tabular/block.yaml': blockYaml('tabular', {
    options: {
      task: { ask: 'Which task?', default: 'classes', choices: ['classes', 'numbers'] },
    },
  }),
  'modalities/tabular/files/task.txt.ejs': '<%= task %>\n',
  'modalities/vision/block.yaml': blockYaml('vision'),
  'modalities/vision/files/picture.txt': 'a picture\n',
  'blocks/tracker/block.yaml': blockYaml('tracker', {
    provides: ['tracking'],
    entries: { needs: { tracker: '>=1' } },
    options: { server: { ask: 'A server?', default: false } },
  }),
  'blocks/tracker/files/tracker.txt.ejs': 'server: <%= server %>\n',
  'blocks/gate/block.yaml': blockYaml('gate', { phase: 2, requires: ['tracking'] }),
  'blocks/gate/files/gate.txt': 'closed\n',
  'blocks/extra/block.yaml': blockYaml('extra', { phase: 'never' }),
  'blocks/extra/files/extra.txt': 'extra\n',
};
