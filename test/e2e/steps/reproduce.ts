import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../machine/processes.ts';
import { scriptPath } from '../python-script.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { parseSettings } from './other-data.ts';

export const step: Step = {
  title: 'Reproduce, each difference named',
  needs: 'A synced clone, and the program e2e/foreign.py of the modality.',
  proves:
    'A run is reproduced after five kinds of change, compare names each, and a false record is found.',
  requires: ['train'],
  after: ['dvc', 'other-data'],
  from: 2,
  run: reproduce,
};

/** A clone of its own, with own data under DVC: one run, five changes, and the run reproduced. */
async function reproduce(workspace: Workspace): Promise<string> {
  const clone = await openClone(workspace);
  const old = await clone.train();
  const changes: [string, () => Promise<string[]>][] = [
    ['configuration', async () => ['--set', 'evaluate.min_score=0.0123']],
    ['seed', async () => ['--set', 'runtime.seed=7']],
    ['code', () => clone.changeCode()],
    ['data', () => clone.changeData()],
    ['environment', () => clone.changeDependency()],
  ];
  const known = new Set<string>();
  for (const [name, change] of changes) {
    const more = await change();
    await clone.train(...more);
    if (more.length === 0) known.add(name);
    // Where the splits are drawn by the seed, another seed is other prepared data.
    const follows = name === 'seed' ? ['data'] : [];
    expectNamed(await clone.poe('compare', old), new Set([...known, name]), follows);
  }
  const before = await clone.takeSnapshot();
  const again = await clone.poe('reproduce', old);
  if (again.code !== 0) throw new Failure(`"reproduce ${old}" is not equal:\n${again.output}`);
  expectNamed(again, new Set());
  await expectUntouched(clone, before, old);
  const bad = (await refuseNonsense(clone)) + (await refuseLost(clone, old));
  await expectFalsehoodFound(clone);
  await rm(clone.folder, { recursive: true, force: true });
  return `equal after ${changes.length} changes, each named; ${bad} refusals`;
}

/** What differs apart from what follows from it. */
function expectNamed(
  outcome: Outcome,
  names: ReadonlySet<string>,
  follows: readonly string[] = [],
): void {
  const rows = [...outcome.stdout.matchAll(/^([a-z]+) +DIFFERS$/gm)].map((match) => match[1] ?? '');
  const named = rows.filter((row) => !['metrics', 'artifacts', ...follows].includes(row));
  if (named.length === names.size && named.every((name) => names.has(name))) return;
  throw new Failure(
    `expected ${[...names]} to differ, "compare" names ${named}:\n${outcome.output}`,
  );
}

/** What a reproduction must not change. */
interface Snapshot {
  files: Record<string, string>;
  runs: Record<string, unknown>;
  temporary: Set<string>;
}

class Clone {
  constructor(
    readonly workspace: Workspace,
    readonly folder: string,
    readonly temporary: string,
    readonly name: string,
    readonly settings: string[],
  ) {}

  private get options() {
    const tmp = { TMPDIR: this.temporary, TEMP: this.temporary, TMP: this.temporary };
    return { cwd: this.folder, env: { ...this.workspace.machine.env, ...tmp } };
  }

  run(file: string, ...args: string[]): Promise<Outcome> {
    return this.workspace.run(file, args, this.options);
  }

  uv(...args: string[]): Promise<Outcome> {
    return this.run(this.workspace.machine.uv, ...args);
  }

  dvc(...args: string[]): Promise<Outcome> {
    return this.uv('tool', 'run', '--from', 'dvc==3.67.1', 'dvc', ...args);
  }

  /** A task whose exit code is checked. */
  poe(...args: string[]): Promise<Outcome> {
    return this.poeIn({}, ...args);
  }

  poeIn(more: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
    const line = ['run', 'poe', '--quiet', ...args];
    const options = { ...this.options, env: { ...this.options.env, ...more }, mayFail: true };
    return this.workspace.run(this.workspace.machine.uv, line, options);
  }

  /** Trains, and gives the run's id. */
  async train(...more: string[]): Promise<string> {
    await this.uv('run', 'poe', 'train', ...this.settings, ...more);
    const manifest = JSON.parse(await this.read('reports/manifest.json'));
    if (!manifest.reproducible) throw new Failure(`not reproducible: ${manifest.obstacles}`);
    return manifest.run_id;
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), 'utf8');
  }

  async changeCode(): Promise<string[]> {
    await appendFile(join(this.folder, 'src', this.name, 'evaluate.py'), '# another line\n');
    return [];
  }

  async changeData(): Promise<string[]> {
    await this.uv('run', 'python', scriptPath('one_byte.py'), 'data/own');
    await this.dvc('add', '--quiet', 'data/own');
    return [];
  }

  /** An older version of a small package that is there anyway. */
  async changeDependency(): Promise<string[]> {
    const path = join(this.folder, 'pyproject.toml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/^dependencies = \[$/m, '$&\n  "certifi<2026",'));
    await this.uv('lock', '--quiet');
    return [];
  }

  async takeSnapshot(): Promise<Snapshot> {
    const files: Record<string, string> = {};
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const inside = path.slice(this.folder.length + 1);
      // What Python and tools keep for themselves, and where the new run belongs.
      const theirs = /^(\.venv|mlruns|mlartifacts|mlflow\.db|\.dvc\/tmp)|__pycache__/.test(inside);
      if (!entry.isFile() || theirs) continue;
      files[inside] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    }
    const script = ['run', 'python', scriptPath('runs.py'), this.name, this.workspace.name];
    const { stdout } = await this.uv(...script);
    const runs = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
    return { files, runs, temporary: new Set(await readdir(this.temporary)) };
  }
}

async function openClone(workspace: Workspace): Promise<Clone> {
  const folder = join(workspace.scratch, 'reproduce');
  const temporary = join(workspace.scratch, 'reproduce-tmp');
  await mkdir(temporary);
  await workspace.machine.run('git', ['clone', '--quiet', workspace.repository, folder], {
    log: workspace.log,
  });
  const name = workspace.name.replaceAll('-', '_');
  const { checkout, uv } = workspace.machine;
  const options = { cwd: folder };
  await workspace.run(uv, ['sync', '--locked'], options);
  const script = join(checkout, 'templates', 'modalities', workspace.modality, 'e2e', 'foreign.py');
  const foreign = await workspace.run(uv, ['run', 'python', script, 'data/own'], options);
  const inside = foreign.stdout.replaceAll(`${folder}/`, '');
  const small = await workspace.run(
    uv,
    ['run', 'python', scriptPath('small_settings.py')],
    options,
  );
  const settings = [...parseSettings(small.stdout), ...parseSettings(inside)];
  const clone = new Clone(workspace, folder, temporary, name, settings);
  await clone.dvc('add', '--quiet', 'data/own');
  await clone.run('git', 'add', '--all');
  await clone.run('git', 'commit', '--quiet', '--message', 'Own data');
  return clone;
}

/** Where `poe reproduce` says that a run was made again and is equal. */
const RESULT = 'reports/reproduced.json';

/** Nothing is left behind, nothing of before is different, and the new run names its original. */
async function expectUntouched(clone: Clone, before: Snapshot, old: string): Promise<void> {
  const after = await clone.takeSnapshot();
  const names = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
  names.delete(RESULT);
  const touched = [...names].filter((name) => before.files[name] !== after.files[name]);
  if (touched.length > 0) throw new Failure(`"reproduce" touched ${touched.slice(0, 5)}`);
  // The `uv run` in front keeps an empty lock file for each environment it has seen.
  const there = (await readdir(clone.temporary)).filter((name) => !before.temporary.has(name));
  const left = there.filter((name) => !/^uv-.*\.lock$/.test(name));
  if (left.length > 0) throw new Failure(`"reproduce" left ${left} behind`);
  const fresh = Object.keys(after.runs).filter((id) => !(id in before.runs));
  for (const [id, run] of Object.entries(before.runs)) {
    if (JSON.stringify(run) !== JSON.stringify(after.runs[id])) {
      throw new Failure(`"reproduce" changed what the tracker says of the run ${id}`);
    }
  }
  const made = after.runs[fresh[0] ?? ''] as { tags?: Record<string, string> } | undefined;
  if (fresh.length !== 1 || made?.tags?.reproduces !== old) {
    throw new Failure(`expected one new run that names ${old}, found ${JSON.stringify(made)}`);
  }
}

/** A run that cannot be reproduced is refused in one line that names why. */
async function refuseNonsense(clone: Clone): Promise<number> {
  const whole = await clone.read('reports/manifest.json');
  const lost = JSON.parse(whole);
  const commit = '0123456789'.repeat(4);
  lost.git = { commit, dirty: false, tree: null, patch: null };
  lost.run_id = null;
  const python = JSON.parse(whole);
  python.environment.python = '3.99.1';
  const cases: [string, string, string][] = [
    ['cut.json', whole.slice(0, whole.length / 2), 'cut short'],
    ['newer.json', whole.replace('"schema_version": 1', '"schema_version": 2'), 'schema_version 2'],
    ['lost.json', JSON.stringify(lost), commit],
    ['python.json', JSON.stringify(python), '3.99'],
    ['', '', 'no-such-run'],
  ];
  for (const [file, content, text] of cases) {
    const path = join(clone.workspace.scratch, file);
    if (file) await writeFile(path, content);
    expectRefusal(await clone.poe('reproduce', file ? path : 'no-such-run'), text);
  }
  return cases.length;
}

/** A tracker that does not answer; data that neither the cache nor a remote holds any more. */
async function refuseLost(clone: Clone, old: string): Promise<number> {
  const down = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' };
  expectRefusal(await clone.poeIn(down, 'reproduce', old), 'tracker at http://127.0.0.1:9');
  const cache = join(clone.folder, '.dvc', 'cache');
  await rename(cache, `${cache}-away`);
  const lost = await clone.poe('reproduce', old);
  await rename(`${cache}-away`, cache);
  expectRefusal(lost, '"data/own.dvc" is neither in the cache nor on a remote');
  return 2;
}

function expectRefusal({ code, output }: Outcome, text: string): void {
  const last = output.trim().split('\n').at(-1);
  if (code === 2 && last?.includes(text) && !output.includes('Traceback')) return;
  throw new Failure(`"reproduce" ends with ${code}, without "${text}":\n${output}`);
}

/** A metric changed in the tracker and a hash changed in the manifest are both found. */
async function expectFalsehoodFound(clone: Clone): Promise<void> {
  const { run_id } = JSON.parse(await clone.read('reports/manifest.json'));
  const copy = join(clone.workspace.scratch, 'false.json');
  await clone.uv('run', 'python', scriptPath('falsify.py'), run_id, copy);
  const patch = await readFile(join(clone.folder, 'reports', 'changes.patch'));
  await writeFile(join(clone.workspace.scratch, 'changes.patch'), patch);
  const { code, output } = await clone.poe('reproduce', copy);
  const found = /^artifacts +DIFFERS$/m.test(output) && /^record +DIFFERS$/m.test(output);
  if (code !== 1 || !found) {
    throw new Failure(`a false metric and a false hash end with ${code}:\n${output}`);
  }
}
