import { existsSync } from 'node:fs';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installedProgram } from '../pack.ts';
import { treeOf } from '../repository/tree.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Phase 1, edited, raised',
  needs: 'The packed generator.',
  proves:
    'A raised repository equals a new one of that phase, and one that a team edited keeps every edit, trains and reproduces.',
  requires: ['write'],
  after: ['reproduce'],
  from: 2,
  run: raise,
};

/** A repository of phase 1, edited as a team edits, raised: it installs, lints, trains and reproduces. */
async function raise(workspace: Workspace): Promise<string> {
  await raiseUntouched(workspace);
  const folder = await writePhaseOne(workspace, 'raised');
  const inside = { cwd: folder, env: workspace.machine.env };
  const run = (line: string) => workspace.shell(line, inside);
  const kept = await editLikeATeam(folder);
  await run('uv lock --quiet');
  await run('uv run --quiet poe format');
  await run('git add -A');
  await run('git commit --quiet -m "What a team did"');
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  await workspace.run(nimble, ['phase', String(workspace.phase), '--yes'], inside);
  const status = (await run('git status --porcelain')).stdout;
  if (status) throw new Failure(`a raised repository is not clean:\n${status}`);
  for (const [path, text] of Object.entries(kept)) {
    const there = existsSync(join(folder, path));
    if (text === undefined && there) throw new Failure(`"${path}" was deleted and is back`);
    if (text !== undefined && !(there && (await read(folder, path)).includes(text)))
      throw new Failure(`"${path}" lost "${text}"`);
  }
  await run('uv sync --locked --quiet');
  await run('uv run poe lint');
  await run('uv run poe train');
  await run('uv run poe reproduce');
  await rm(folder, { recursive: true, force: true });
  return `${Object.keys(kept).length} edits kept`;
}

/** Without an edit, raising gives what a new repository of the later phase is. */
async function raiseUntouched(workspace: Workspace): Promise<void> {
  const folder = await writePhaseOne(workspace, 'untouched');
  const nimble = installedProgram(workspace.machine, 'nimble-ml');
  const raised = ['phase', String(workspace.phase), '--yes', '--skip-install'];
  await workspace.run(nimble, raised, { cwd: folder });
  const { stdout } = await workspace.run('git', ['rev-parse', 'HEAD^{tree}'], { cwd: folder });
  if (stdout.trim() !== (await treeOf(workspace, workspace.repository)))
    throw new Failure(`raised, "${folder}" is not what a new repository of that phase is`);
  await rm(folder, { recursive: true, force: true });
}

async function writePhaseOne(workspace: Workspace, name: string): Promise<string> {
  const folder = join(workspace.scratch, name);
  const answers = newArguments({ ...workspace, phase: 1 }, folder);
  await workspace.machine.run(
    installedProgram(workspace.machine, 'nimble-ml'),
    [...answers, '--skip-install'],
    { log: workspace.log },
  );
  return folder;
}

const read = (folder: string, path: string) => readFile(join(folder, path), 'utf8');

/** What a team does in its first weeks. What has to be there afterwards, by path; undefined for what was deleted. */
export async function editLikeATeam(folder: string): Promise<Record<string, string | undefined>> {
  const [name = ''] = await readdir(join(folder, 'src'));
  const at = (module: string) => `src/${name}/${module}.py`;
  const model = existsSync(join(folder, at('model'))) ? at('model') : at('bundle');
  await appendFile(
    join(folder, model),
    '\n\nclass OurModel:\n    """A model of our own."""\n\n    depth = 3\n',
  );
  await appendFile(
    join(folder, at('data')).replace(/data\.py$/, 'warehouse.py'),
    '"""A source of our own."""\n\nTABLE = "sales.orders"\n',
  );
  await change(folder, 'pyproject.toml', 'dependencies = [\n', 'dependencies = [\n  "idna>=3",\n');
  await appendFile(
    join(folder, '.github/workflows/check.yml'),
    '# our runners are slow on Mondays\n',
  );
  const module = ['plots', 'augmentation'].find((each) => existsSync(join(folder, at(each))));
  if (module === undefined) throw new Failure('no module to rename: name one of this modality');
  const newName = `our_${module}`;
  await renameModule(folder, name, module, newName);
  const [notebook = ''] = await readdir(join(folder, 'notebooks'));
  await rm(join(folder, 'notebooks', notebook));
  await change(folder, 'README.md', '\n\n', '\n\nAsk Ada before you change the metrics.\n\n');
  return {
    [model]: 'class OurModel',
    [at('warehouse')]: 'sales.orders',
    'pyproject.toml': '"idna>=3"',
    '.github/workflows/check.yml': 'slow on Mondays',
    'README.md': 'Ask Ada before',
    [at(newName)]: 'def ',
    [at(module)]: undefined,
    [`notebooks/${notebook}`]: undefined,
  };
}

async function change(folder: string, path: string, from: string, to: string): Promise<void> {
  const text = await read(folder, path);
  if (!text.includes(from)) throw new Failure(`"${path}" holds no ${JSON.stringify(from)}`);
  await writeFile(join(folder, path), text.replace(from, to));
}

/** A module under another name, in every file that imports it; mlops/ may have one of the same name. */
async function renameModule(folder: string, name: string, from: string, to: string) {
  const own = join(folder, 'src', name);
  await writeFile(join(own, `${to}.py`), await readFile(join(own, `${from}.py`)));
  await rm(join(own, `${from}.py`));
  for (const code of [own, join(own, 'adapters'), join(folder, 'tests')]) {
    if (!existsSync(code)) continue;
    for (const file of (await readdir(code)).filter((entry) => entry.endsWith('.py'))) {
      const text = await readFile(join(code, file), 'utf8');
      const imported = text.replace(/^(?!.*\bmlops\b).*\bimport\b.*$/gm, (line) =>
        line.replace(new RegExp(`\\b${from}\\b`, 'g'), to),
      );
      if (imported === text) continue;
      const uses = new RegExp(`(?<![\\w./"'])${from}\\.(?=\\w+\\()`, 'g');
      await writeFile(join(code, file), imported.replace(uses, `${to}.`));
    }
  }
}
