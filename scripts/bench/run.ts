// Whole-process medians, side by side: npm run bench [-- ROUNDS]
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Figure, measure, type Subject } from './measure.ts';
import { installPeers, peerTemplates } from './peers.ts';
import { yeomanSubjects } from './yeoman.ts';

const rounds = Number(process.argv[2] ?? 9);
const workspace = mkdtempSync(join(tmpdir(), 'nimble-ml-bench-'));
chmodSync(workspace, 0o755); // yo runs as another user
const out = join(workspace, 'out');
const bin = resolve('dist/generators/cli.js');
const git = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid'];
const env = { HOME: workspace, GIT_CONFIG_NOSYSTEM: '1' };
const fresh = () => rmSync(out, { recursive: true, force: true });

/** Everything that is timed, in the order of the table. */
function subjects(): Subject[] {
  const tree = join(workspace, 'tree');
  execFileSync('node', [bin, 'new', tree, '--name', 'bench', '--yes', '--skip-install'], {
    stdio: 'ignore',
  });
  installPeers();
  const { copier = '', cookiecutter = '' } = peerTemplates(tree, workspace, 'bench');
  const commit = `git init -q && git add -A && git ${git.join(' ')} commit -qm first`;
  return [
    { name: 'node -e 0', command: ['node', '-e', '0'] },
    { name: 'nimble-ml --help', command: ['node', bin, '--help'] },
    { name: 'nimble-ml new --bogus (a refusal)', command: ['node', bin, 'new', '--bogus'] },
    {
      name: 'plain copy + git',
      command: ['sh', '-c', `cp -r ${tree} ${out} && cd ${out} && rm -rf .git && ${commit}`],
      before: fresh,
    },
    {
      name: 'nimble-ml new',
      command: ['node', bin, 'new', out, '--name', 'bench', '--yes', '--skip-install'],
      before: fresh,
    },
    {
      name: 'copier copy + git',
      command: ['sh', '-c', `copier copy -q --defaults ${copier} ${out} && cd ${out} && ${commit}`],
      before: fresh,
    },
    {
      name: 'cookiecutter + git',
      command: [
        'sh',
        '-c',
        `cookiecutter --no-input -o ${workspace} ${cookiecutter} && cd ${out} && ${commit}`,
      ],
      before: fresh,
    },
    ...yeomanSubjects(workspace),
  ].map((subject) => ({ ...subject, env: { ...env, ...subject.env } }));
}

function table(figures: readonly Figure[]): string {
  const wall = (name: string) => figures.find((figure) => figure.name === name)?.wall ?? Number.NaN;
  const ratio = (value: number, base: string) => (value / wall(base)).toFixed(2);
  const rows = figures.map(({ name, wall, processor }) => [
    name,
    wall.toFixed(0),
    processor?.toFixed(0) ?? '-',
    ratio(wall, 'node -e 0'),
    ratio(wall, 'plain copy + git'),
    ratio(wall, 'copier copy + git'),
    name.startsWith('yo') ? ratio(wall, 'yo empty') : '',
  ]);
  const head = ['', 'wall ms', 'cpu ms', '/ node', '/ copy', '/ copier', '/ yo empty'];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

try {
  console.log(table(measure(subjects(), rounds)));
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
