/** Path → content; a path that ends in `*` may be run. */
export type Tree = Readonly<Record<string, string | Buffer>>;

const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => `${line(number)}\n`).join('');

const requirements = (...names: readonly string[]) =>
  `[project]\nname = "app"\ndependencies = [\n${names.map((name) => `  "${name}",\n`).join('')}]\n\n[tool.ruff]\nline-length = 100\n`;

const plan = lines(16, (number) => `Point ${number} of the plan.`);
const guide = lines(20, (number) => `Sentence ${number} of the guide.`);

/** The template as it was first. */
const FIRST: Tree = {
  '.gitignore': '*.log\nsecret/\n',
  Makefile: 'check:\n\tpoe check\n',
  'pyproject.toml': requirements('mlflow>=3,<4', 'numpy>=2,<3', 'pandas>=2,<3'),
  'src/app/model.py': lines(20, (number) => `LAYER_${number} = ${number}`),
  'src/app/train.py': lines(20, (number) => `step(${number})`),
  'docs/guide.md': guide,
  'docs/old.md': 'What was said once.\n\nAnd no more.\n',
  'notes/plan.md': plan,
  'notes/ideas.md': lines(12, (number) => `Idea ${number}.`),
  'pixel.bin': Buffer.from([0, 1, 2, 255, 254]),
};

/** A later version: it changes, adds, removes and renames. */
const SECOND: Tree = {
  ...without(FIRST, 'docs/old.md', 'docs/guide.md'),
  'pyproject.toml': requirements('mlflow>=3,<4', 'numpy>=2.1,<3', 'pandas>=2,<3', 'scipy>=1,<2'),
  'src/app/train.py':
    FIRST['src/app/train.py']?.toString().replace('step(12)', 'step(12, fast=True)') ?? '',
  'docs/manual.md': guide.replace('Sentence 12 of the guide.', 'Sentence 12 of the manual.'),
  'notes/plan.md': plan.replace('Point 6 of', 'Point 6, sharpened, of'),
  'notes/gate.md': 'How the gate is kept.\n',
  'src/app/gate.py': 'OPEN = False\n',
  'pixel.bin': Buffer.from([0, 1, 2, 3, 255, 254]),
};

/** And one more. */
const THIRD: Tree = {
  ...SECOND,
  'notes/plan.md': String(SECOND['notes/plan.md']).replace(
    'Point 10 of',
    'Point 10, added later, of',
  ),
  'late.md': 'Late.\n',
};

/** Version → tree. */
export const VERSIONS: Readonly<Record<string, Tree>> = {
  '0.1.0': FIRST,
  '0.2.0': SECOND,
  '0.3.0': THIRD,
};

function without(tree: Tree, ...paths: readonly string[]): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));
}
