// Raising a repository, whole processes side by side: npm run bench:upgrade [-- ROUNDS]
// Against another build of this package and nothing else: BENCH_OTHER=FOLDER npm run bench:upgrade [-- ROUNDS]
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measure, type Subject } from './measure.ts';
import { installPeers } from './peers.ts';

const rounds = Number(process.argv[2] ?? 9);
const MANY = Number(process.env.BENCH_FILES ?? 100_000);
const other = process.env.BENCH_OTHER;
const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nimble-ml-bench-')));
const bin = resolve('dist/generators/cli.js');
writeFileSync(
  join(workspace, '.gitconfig'),
  '[user]\n\tname = Bench\n\temail = bench@example.com\n',
);
const env = { HOME: workspace, XDG_CONFIG_HOME: workspace, GIT_CONFIG_NOSYSTEM: '1' };
const run = (cwd: string, file: string, ...args: string[]) =>
  execFileSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  }).trim();

/** The scaffold of a phase, as files. */
function scaffold(phase: number): string {
  const folder = join(workspace, `phase-${phase}`, 'bench');
  run(
    workspace,
    'node',
    bin,
    'new',
    folder,
    '--name=bench',
    `--phase=${phase}`,
    '--yes',
    '--skip-install',
  );
  return folder;
}

/** The same edits in everybody's repository: changed lines, a new file, a deleted one. */
function edit(folder: string): void {
  for (const path of ['src/bench/model.py', 'src/bench/train.py', 'config.yaml']) {
    writeFileSync(join(folder, path), `${readFileSync(join(folder, path), 'utf8')}\n# ours\n`);
  }
  writeFileSync(join(folder, 'src/bench/own.py'), 'OWN = True\n');
  rmSync(join(folder, 'notebooks'), { recursive: true });
  run(folder, 'git', 'add', '-A');
  run(folder, 'git', 'commit', '--quiet', '-m', 'Edits');
  run(folder, 'git', 'tag', 'start');
}

/** A template of a peer with a tag for each phase. */
function history(name: string, inner: string, extra: Record<string, string>): string {
  const folder = join(workspace, name);
  mkdirSync(folder);
  run(folder, 'git', 'init', '--quiet');
  for (const phase of [1, 2]) {
    rmSync(join(folder, inner), { recursive: true, force: true });
    cpSync(join(workspace, `phase-${phase}`, 'bench'), join(folder, inner), {
      recursive: true,
      filter: (path) => !/[\\/]\.git([\\/]|$)/.test(path),
    });
    for (const [path, text] of Object.entries(extra)) writeFileSync(join(folder, path), text);
    run(folder, 'git', 'add', '-A', '-f');
    run(folder, 'git', 'commit', '--quiet', '-m', `phase ${phase}`);
    run(folder, 'git', 'tag', `v${phase}`);
  }
  return folder;
}

/** Many more tracked files in a repository: none of them is what an upgrade is about. */
function fill(folder: string, count: number): void {
  const id = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: folder,
    input: 'one of many\n',
  })
    .toString()
    .trim();
  const lines = Array.from(
    { length: count },
    (_, number) => `100644 ${id}\tmany/${number % 300}/${number}.txt\n`,
  );
  execFileSync('git', ['update-index', '--add', '--index-info'], {
    cwd: folder,
    input: lines.join(''),
  });
  run(folder, 'git', 'checkout-index', '--all', '--quiet', '--force');
  run(folder, 'git', 'update-index', '-q', '--refresh');
  run(folder, 'git', 'commit', '--quiet', '-m', 'Many files');
  run(folder, 'git', 'tag', '-f', 'start');
}

/** A command in a repository that is as it was before each time. */
function inside(folder: string, name: string, command: string): Subject {
  return {
    name,
    command: ['sh', '-c', `cd ${folder} && ${command}`],
    env,
    before: () => {
      run(folder, 'git', 'reset', '--quiet', '--hard', 'start');
      run(folder, 'git', 'clean', '-fdq');
    },
  };
}

function subjects(): Subject[] {
  const first = scaffold(1);
  scaffold(2);
  const ours = join(workspace, 'ours', 'bench');
  cpSync(first, ours, { recursive: true });
  run(ours, 'git', 'update-index', '-q', '--refresh');
  edit(ours);
  const phase = (program: string) => `node ${program} phase 2 --yes --skip-install`;
  if (other !== undefined) {
    const program = resolve(other, 'dist/generators/cli.js');
    return [
      inside(ours, 'nimble-ml phase 2', phase(bin)),
      inside(ours, 'the other build', phase(program)),
    ];
  }
  const many = join(workspace, 'many', 'bench');
  cpSync(ours, many, { recursive: true });
  run(many, 'git', 'update-index', '-q', '--refresh');
  fill(many, MANY);
  installPeers();
  const copierTemplate = history('copier-template', 'template', {
    'copier.yml': '_subdirectory: template\n',
    'template/{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml }}',
  });
  const copier = join(workspace, 'copier', 'bench');
  run(workspace, 'copier', 'copy', '--quiet', '--defaults', '--vcs-ref=v1', copierTemplate, copier);
  const cruftTemplate = history('cruft-template', '{{cookiecutter.name}}', {
    'cookiecutter.json': '{"name": "bench", "_copy_without_render": ["*"]}',
  });
  mkdirSync(join(workspace, 'cruft'));
  run(join(workspace, 'cruft'), 'cruft', 'create', cruftTemplate, '--checkout=v1', '--no-input');
  const cruft = join(workspace, 'cruft', 'bench');
  for (const folder of [copier, cruft]) {
    run(folder, 'git', 'init', '--quiet');
    run(folder, 'git', 'add', '-A', '-f');
    run(folder, 'git', 'commit', '--quiet', '-m', 'First');
    edit(folder);
  }
  return [
    inside(ours, 'nimble-ml phase 2', phase(bin)),
    inside(ours, 'nimble-ml phase 2 --dry-run', `${phase(bin)} --dry-run`),
    inside(ours, 'nimble-ml status', `node ${bin} status`),
    inside(copier, 'copier update', 'copier update --quiet --defaults --vcs-ref=v2'),
    inside(cruft, 'cruft update', 'cruft update -y --checkout=v2'),
    inside(many, `nimble-ml phase 2, ${MANY} files more`, phase(bin)),
    inside(many, `nimble-ml phase 2 --dry-run, ${MANY} files more`, `${phase(bin)} --dry-run`),
    inside(many, `git status, ${MANY} files more`, 'git status --porcelain'),
  ];
}

/** The most memory that any process of a command had, in MiB. */
function memory({ command, before }: Subject): number {
  before?.();
  const code =
    'import resource,subprocess,sys; subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)';
  return Number(run(workspace, 'python3', '-c', code, ...command));
}

try {
  const all = subjects();
  const figures = measure(all, rounds);
  const [compared, as] =
    other === undefined ? ['copier', 'copier'] : ['the other', 'the other build'];
  const reference = figures.find(({ name }) => name.startsWith(compared))?.wall ?? Number.NaN;
  for (const [index, { name, wall, processor }] of figures.entries()) {
    const used = memory(all[index] as Subject);
    console.log(
      [
        name.padEnd(44),
        `${wall.toFixed(0)} ms`.padStart(8),
        `${processor?.toFixed(0) ?? '-'} cpu`.padStart(9),
        `${(wall / reference).toFixed(2)} of ${as}`,
        `${used} MiB`,
      ].join('  '),
    );
  }
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
