import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadFiles } from '../../generators/engine/template-files.ts';
import { findUv } from '../../scripts/find-uv.js';
import {
  BLOCKS,
  CATALOG,
  putTrees,
  REPOSITORIES,
  TEMPLATES,
  treeOf,
} from '../support/repositories.ts';

/** The requirement that every repository states. */
const RUFF = `ruff${CATALOG.get('skeleton')?.entries.dev_dependencies?.ruff}`;

/** uv, found or fetched into a private place; none where neither can be. */
function uvs(): string[] {
  try {
    return [findUv((line) => console.log(line))];
  } catch {
    return [];
  }
}

/** The ruff that is on the PATH or that uv brings, its cache first. */
function findRuff(): string | undefined {
  const where = 'import shutil; print(shutil.which("ruff"))';
  for (const uv of uvs()) {
    for (const offline of [['--offline'], []]) {
      const args = ['tool', 'run', ...offline, '--from', RUFF, 'python', '-c', where];
      const { status, stdout } = spawnSync(uv, args, { timeout: 30_000, encoding: 'utf8' });
      if (status === 0 && works(stdout.trim())) return stdout.trim();
    }
  }
  return works('ruff') ? 'ruff' : undefined;
}

const works = (command: string) =>
  spawnSync(command, ['--version'], { timeout: 30_000 }).status === 0;

const ruff = findRuff();
if (!ruff) console.log(`ruff: skipped, ${RUFF} can neither be found nor fetched here`);
const terraform = spawnSync('terraform', ['version'], { timeout: 30_000 }).status === 0;
if (!terraform) console.log('terraform fmt: skipped, there is no terraform here');

/** What a tool says about a folder; an empty text when it is content. */
function complaints(tool: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(tool, args, { cwd, encoding: 'utf8' });
  return result.status === 0 ? '' : `${result.stdout}${result.stderr}`;
}

describe.skipIf(!ruff).each(REPOSITORIES)('the Python of $modality at phase $phase', (given) => {
  test('passes ruff, check and format, as it lies in the templates and by any name', async () => {
    // A repository whose package is called like the word in the templates holds their files unchanged.
    const names = ['nimble-package', 'a', 'x'.repeat(30)];
    const trees = names.map((name) => treeOf({ ...given, name }));
    const folder = putTrees(names, await Promise.all(trees));
    const check = ['check', '--no-cache', '--output-format=concise', '.'];
    expect(complaints(ruff ?? '', check, folder)).toBe('');
    // A repository leaves the length of lines to the formatter; what is written here has no longer ones.
    const lengths = [
      'check',
      '--isolated',
      '--select=E501',
      '--line-length=100',
      ...check.slice(1),
    ];
    expect(complaints(ruff ?? '', lengths, folder)).toBe('');
    expect(complaints(ruff ?? '', ['format', '--check', '--no-cache', '.'], folder)).toBe('');
  });

  test('is what lies in the templates, byte for byte, where the package has the name of the word', async () => {
    const tree = await treeOf({ ...given, name: 'nimble-package' });
    const sources = BLOCKS.flatMap((block) => loadFiles(block).files).filter(
      (file) => !file.filled,
    );
    const same = sources.filter((file) => tree.get(file.path)?.bytes.equals(file.bytes));
    expect(same.length).toBeGreaterThan(20);
  });
});

test.skipIf(!terraform)(
  'the Terraform of the templates passes terraform fmt as it lies there',
  () => {
    const args = ['fmt', '-check', '-recursive', '-diff', TEMPLATES];
    expect(complaints('terraform', args, TEMPLATES)).toBe('');
  },
);

test('the Python of the templates compiles as it lies there', () => {
  const python = spawnSync('python3', ['--version']).status === 0 ? 'python3' : 'python';
  const files = BLOCKS.flatMap((block) =>
    loadFiles(block)
      .files.filter((file) => !file.filled && file.path.endsWith('.py'))
      .map((file) => join(process.cwd(), file.source)),
  );
  const script =
    'import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name, encoding="utf-8").read(), name)';
  expect(files.length).toBeGreaterThan(20);
  execFileSync(python, ['-c', script, ...files]);
});
