import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { commitAll, execute, git, put } from './shell.ts';
import { VERSIONS } from './template.ts';

/** A way to raise a repository. */
export interface Tool {
  name: string;
  /** Writes the first version and commits it; `folder` may lie inside a repository. */
  create(folder: string): void;
  /** Raises it to a version; the exit code. */
  raise(folder: string, version: string): number;
}

const LATEST = Object.keys(VERSIONS);

/** nimble-ml with the template as its own, a copy of the built package for each version. */
export function nimble(workspace: string): Tool {
  const bins = new Map(LATEST.map((version) => [version, packageOf(workspace, version)]));
  const run = (version: string, cwd: string, ...args: string[]) =>
    execute(cwd, process.execPath, bins.get(version) ?? '', ...args, '--yes', '--skip-install');
  return {
    name: 'nimble-ml',
    create: (folder) => {
      const { code, stderr } = run('0.1.0', join(folder, '..'), 'new', folder, '--name=app');
      if (code !== 0) throw new Error(stderr);
    },
    raise: (folder, version) => run(version, folder, 'update').code,
  };
}

/** The built package with one version of the template. */
function packageOf(workspace: string, version: string): string {
  const folder = join(workspace, `nimble-${version}`);
  mkdirSync(folder);
  for (const part of ['dist', 'package.json'])
    cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  const file = join(folder, 'package.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version }));
  const block = (id: string, more: object) =>
    stringify({
      id,
      title: id,
      phase: 1,
      why: 'x',
      adoptWhen: 'x',
      cost: { setup: '0 min', monthly: '$0' },
      remove: 'x',
      ...more,
    });
  const ask = (value: string) => ({ ask: 'x', default: value, help: 'x' });
  const options = {
    name: ask('app'),
    modality: ask('any'),
    phase: ask('1'),
    description: ask('x'),
    author: ask('Ada'),
    email: ask('a@b.c'),
  };
  put(join(folder, 'templates'), {
    'skeleton/block.yaml': block('skeleton', { options }),
    'modalities/any/block.yaml': block('any', {}),
  });
  const stored = Object.entries(VERSIONS[version] ?? {}).map(([path, content]) => [
    path.replace(/(^|\/)\./g, '$1dot_'),
    content,
  ]);
  put(join(folder, 'templates/skeleton/files'), Object.fromEntries(stored));
  return join(folder, 'dist/generators/cli.js');
}

/** copier, which renders again over the user's tree and applies the user's difference to it. */
export function copier(workspace: string): Tool {
  const template = join(workspace, 'copier-template');
  writeHistory(template, (version) => {
    rmSync(join(template, 'template'), { recursive: true, force: true });
    put(join(template, 'template'), {
      ...VERSIONS[version],
      '{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml }}',
    });
    put(template, { 'copier.yml': '_subdirectory: template\n' });
  });
  const run = (cwd: string, ...args: string[]) =>
    execute(cwd, 'copier', ...args, '--defaults', '--quiet');
  return {
    name: 'copier',
    create: (folder) => {
      const { code, stderr } = run(workspace, 'copy', '--vcs-ref=v0.1.0', template, folder);
      if (code !== 0) throw new Error(stderr);
      start(folder);
    },
    raise: (folder, version) => run(folder, 'update', `--vcs-ref=v${version}`).code,
  };
}

/** cruft, which applies the difference of two renders as a patch. */
export function cruft(workspace: string): Tool {
  const template = join(workspace, 'cruft-template');
  writeHistory(template, (version) => {
    const inner = '{{cookiecutter.name}}';
    rmSync(join(template, inner), { recursive: true, force: true });
    put(join(template, inner), { ...VERSIONS[version] });
    put(template, { 'cookiecutter.json': '{"name": "app", "_copy_without_render": ["*"]}' });
  });
  return {
    name: 'cruft',
    create: (folder) => {
      const parent = join(folder, '..');
      mkdirSync(parent, { recursive: true });
      const name = folder.split('/').at(-1) ?? '';
      const extra = JSON.stringify({ name });
      const { code, stderr } = execute(
        parent,
        'cruft',
        'create',
        template,
        '--checkout=v0.1.0',
        '--no-input',
        '--extra-context',
        extra,
      );
      if (code !== 0) throw new Error(stderr);
      start(folder);
    },
    raise: (folder, version) =>
      execute(folder, 'cruft', 'update', '-y', `--checkout=v${version}`).code,
  };
}

/** A branch that holds the template untouched, merged by plain git. */
export function vendorBranch(): Tool {
  return {
    name: 'vendor branch',
    create: (folder) => {
      put(folder, { ...VERSIONS['0.1.0'] });
      start(folder);
      git(folder, 'branch', 'vendor');
    },
    raise: (folder, version) => {
      const aside = `${git(folder, 'rev-parse', '--show-toplevel')}-vendor`;
      git(folder, 'worktree', 'add', '--quiet', '--no-checkout', '-f', aside, 'vendor');
      git(aside, 'reset', '--quiet', '--hard');
      const inside = join(aside, git(folder, 'rev-parse', '--show-prefix'));
      for (const path of git(inside, 'ls-files', '-z').split('\0').filter(Boolean)) {
        put(inside, { [path]: null });
      }
      put(inside, { ...VERSIONS[version] });
      git(inside, 'add', '-A', '-f');
      git(inside, ...NO_HOOKS, 'commit', '--quiet', '--allow-empty', '-m', `Template ${version}`);
      git(folder, 'worktree', 'remove', '--force', aside);
      return execute(folder, 'git', 'merge', '--quiet', '--no-edit', 'vendor').code;
    },
  };
}

/** Commits on the vendor branch run none of the user's hooks. */
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** A repository of its own, or one more commit where there is one. */
function start(folder: string): void {
  if (execute(folder, 'git', 'rev-parse').code !== 0) git(folder, 'init', '--quiet');
  commitAll(folder, 'First');
}

/** A repository with a commit and a tag for each version of the template. */
function writeHistory(folder: string, write: (version: string) => void): void {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet');
  for (const version of LATEST) {
    write(version);
    commitAll(folder, version);
    git(folder, 'tag', `v${version}`);
  }
}
