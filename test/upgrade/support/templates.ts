import { installTemplates } from '../../support/bin.ts';
import { blockYaml, QUESTIONS, SMALL_TEMPLATES } from '../../support/blocks.ts';

/** Path → content of a templates folder; null takes a file away. */
export type Templates = Readonly<Record<string, string | Buffer | null>>;

/** Three functions that differ in one word: where a careless merge takes the wrong one. */
export const train = (middle = '') =>
  ['one', 'two', 'three']
    .map((name) =>
      [
        `def step_${name}(value: int) -> int:`,
        '    log("start")',
        '    value = value + 1',
        ...(name === 'two' && middle ? [middle] : []),
        '    log("stop")',
        '    return value',
        '',
        '',
      ].join('\n'),
    )
    .join('');

/** A project with what upgrades meet: slots, code, documents, a script, a binary. Phase 2 adds a subpackage. */
const FIRST: Templates = {
  'skeleton/block.yaml': blockYaml('skeleton', {
    options: QUESTIONS,
    provides: ['environment'],
    slots: {
      needs: { file: 'about.toml' },
      dependencies: { file: 'pyproject.toml' },
      ignored: { file: '.gitignore' },
      commands: { file: 'README.md' },
    },
  }),
  'skeleton/files/pyproject.toml.ejs': [
    '[project]',
    'name = "<%= name %>"',
    'description = <%= toml.description %>',
    'dependencies = [',
    '  "numpy>=2,<3",',
    '<%_ for (const [key, value] of slots.dependencies) { _%>',
    '  "<%= key %><%= value %>",',
    '<%_ } _%>',
    ']',
    '',
    '[tool.ruff]',
    'line-length = 100',
    '',
  ].join('\n'),
  'skeleton/files/README.md.ejs': [
    '# <%= name %>',
    '',
    'What it is for.',
    '',
    '| command | does |',
    '|---|---|',
    '<%_ for (const [key, value] of slots.commands) { _%>',
    '| `<%= key %>` | <%= value %> |',
    '<%_ } _%>',
    '',
    'What comes after the table.',
    '',
  ].join('\n'),
  'skeleton/files/dot_gitignore': null,
  'skeleton/files/dot_gitignore.ejs': [
    '*.log',
    'data/',
    '<%_ for (const [key] of slots.ignored) { _%>',
    '<%= key %>',
    '<%_ } _%>',
    '',
  ].join('\n'),
  'skeleton/files/Makefile': 'check:\n\tpoe check\n\ntrain:\n\tpoe train\n',
  'skeleton/files/src/nimble_package/train.py': train(),
  'skeleton/files/src/nimble_package/model.py': Array.from(
    { length: 20 },
    (_, line) => `LAYER_${line} = ${line}`,
  )
    .join('\n')
    .concat('\n'),
  'skeleton/files/docs/guide.md': Array.from(
    { length: 20 },
    (_, line) => `Sentence ${line} of the guide.`,
  )
    .join('\n')
    .concat('\n'),
  'skeleton/files/docs/old.md': 'What was written once.\n\nAnd no more.\n',
  'skeleton/files/notes/plan.md': Array.from(
    { length: 12 },
    (_, line) => `Point ${line} of the plan.`,
  )
    .join('\n')
    .concat('\n'),
  'skeleton/files/notes/ideas.md': Array.from({ length: 12 }, (_, line) => `Idea ${line}.`)
    .join('\n')
    .concat('\n'),
  'blocks/tracker/block.yaml': blockYaml('tracker', {
    provides: ['tracking'],
    entries: {
      needs: { tracker: '>=1' },
      dependencies: { tracker: '>=1,<2' },
      commands: { runs: 'look at the runs' },
      ignored: { 'runs.db': '' },
    },
    options: { server: { ask: 'A server?', default: false } },
  }),
  'blocks/tracker/files/src/nimble_package/tracking.py':
    'def start() -> str:\n    return "tracker"\n\n\ndef stop() -> None:\n    print("tracker stops")\n',
  'blocks/replacement/block.yaml': blockYaml('replacement', {
    phase: 'never',
    provides: ['tracking'],
    entries: {
      needs: { replacement: '>=3' },
      dependencies: { replacement: '>=3,<4' },
      commands: { runs: 'look at the runs of the replacement' },
      ignored: { 'replacement/': '' },
    },
  }),
  'blocks/replacement/files/src/nimble_package/tracking.py':
    'def start() -> str:\n    return "replacement"\n\n\ndef stop() -> None:\n    print("replacement stops")\n',
  'blocks/gate/block.yaml': blockYaml('gate', {
    phase: 2,
    requires: ['tracking'],
    entries: {
      dependencies: { gatekeeper: '>=5,<6' },
      commands: { gate: 'open the gate' },
      ignored: { 'gate/': '' },
    },
    options: {
      keeper: { ask: 'Who keeps the gate?', default: 'the team', help: 'Stands in gate.txt.' },
    },
  }),
  'blocks/gate/files/gate.txt': null,
  'blocks/gate/files/src/nimble_package/factory/__init__.py': '"""The factory."""\n',
  'blocks/gate/files/src/nimble_package/factory/gate.py': 'OPEN = False\n',
  'blocks/gate/files/gate.txt.ejs': 'kept by <%= plain.keeper %>\n',
  'blocks/gate/files/notes/gate.md': 'How the gate is kept.\n',
  'blocks/late/block.yaml': blockYaml('late', { phase: 3 }),
  'blocks/late/files/late.txt': 'late\n',
};

/** The packed package with these templates and changes to them, as some version. */
export function packageWith(changes: Templates = {}, version = '0.1.0'): string {
  const all = { ...SMALL_TEMPLATES, ...FIRST, ...changes };
  const written = Object.entries(all).filter(([, content]) => content !== null);
  return installTemplates(Object.fromEntries(written) as Record<string, string | Buffer>, version);
}

/** Changed templates of a newer version: each kind of change that an upgrade brings. */
export const SECOND: Templates = {
  'skeleton/files/src/nimble_package/train.py': train('    value = value * 2'),
  'skeleton/files/docs/old.md': null,
  'skeleton/files/docs/guide.md': null,
  'skeleton/files/docs/manual.md': (FIRST['skeleton/files/docs/guide.md'] as string).replace(
    'Sentence 12 of the guide.',
    'Sentence 12 of the manual.',
  ),
  'skeleton/files/notes/plan.md': (FIRST['skeleton/files/notes/plan.md'] as string).replace(
    'Point 6 of',
    'Point 6, sharpened, of',
  ),
  'skeleton/files/pixel.bin': Buffer.from([0, 1, 2, 3, 4, 255, 254]),
};
