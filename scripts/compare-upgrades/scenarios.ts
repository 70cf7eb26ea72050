import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { change, commitAll, execute, git, put, read } from './shell.ts';
import type { Tool } from './tools.ts';

/** A situation, and what is wrong with how a tool leaves it; nothing wrong: an empty text. */
export interface Scenario {
  title: string;
  play(tool: Tool, folder: string): string;
}

/** Writes the project, lets the user edit and commit, raises it, and looks. */
function once(
  title: string,
  edit: (folder: string) => void,
  look: (folder: string, code: number) => string,
): Scenario {
  return {
    title,
    play: (tool, folder) => {
      tool.create(folder);
      edit(folder);
      return look(folder, tool.raise(folder, '0.2.0'));
    },
  };
}

const committed = (edit: (folder: string) => void) => (folder: string) => {
  edit(folder);
  commitAll(folder);
};

const holds = (folder: string, path: string, text: string) =>
  read(folder, path)?.includes(text) === true;

/** Whether the user's text is in the folder, or in a side of a conflict. */
const keeps = (folder: string, text: string) =>
  execute(folder, 'git', 'grep', '-qF', '--untracked', text).code === 0;

/** A conflict that git knows, with an exit code that says so. */
function asConflict(folder: string, code: number, path: string): string {
  const known = git(folder, 'ls-files', '-u', '--', path) !== '';
  if (code === 0) return known ? 'exit 0 with a conflict' : 'exit 0, without a conflict in git';
  return known ? '' : 'no conflict in git';
}

export const SCENARIOS: readonly Scenario[] = [
  once(
    'edits in other lines are kept, and all changes arrive',
    committed((folder) => {
      change(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of');
      put(folder, { 'src/app/mine.py': 'MINE = True\n' });
    }),
    (folder, code) => {
      if (code !== 0) return `exit ${code}`;
      if (
        !holds(folder, 'notes/plan.md', 'My point 1') ||
        !existsSync(join(folder, 'src/app/mine.py'))
      )
        return 'edit lost';
      return holds(folder, 'notes/plan.md', 'sharpened') &&
        existsSync(join(folder, 'src/app/gate.py'))
        ? ''
        : 'change lost';
    },
  ),
  once(
    'one line changed by both is a conflict, and the exit code says so',
    committed((folder) => change(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of')),
    (folder, code) =>
      keeps(folder, 'Our point 6 of') ? asConflict(folder, code, 'notes/plan.md') : 'edit lost',
  ),
  {
    title: '`git merge --abort` undoes an upgrade that stopped',
    play: (tool, folder) => {
      tool.create(folder);
      change(folder, 'notes/plan.md', 'Point 6 of', 'Our point 6 of');
      commitAll(folder);
      const before = git(folder, 'rev-parse', 'HEAD');
      tool.raise(folder, '0.2.0');
      if (execute(folder, 'git', 'merge', '--abort').code !== 0) return 'no merge to abort';
      const clean =
        git(folder, 'status', '--porcelain') === '' && git(folder, 'rev-parse', 'HEAD') === before;
      return clean && !existsSync(join(folder, 'src/app/gate.py')) ? '' : 'not undone';
    },
  },
  once(
    'a deleted file stays deleted when the template changes it',
    committed((folder) => put(folder, { 'notes/plan.md': null })),
    (folder, code) => {
      if (existsSync(join(folder, 'notes/plan.md'))) {
        return code === 0 ? 'came back' : 'a conflict, and it came back';
      }
      return code === 0 ? '' : `exit ${code}`;
    },
  ),
  once(
    'a file that the user renamed gets the changes',
    committed((folder) => {
      renameSync(join(folder, 'notes/plan.md'), join(folder, 'notes/roadmap.md'));
      change(folder, 'notes/roadmap.md', 'Point 1 of', 'My point 1 of');
    }),
    (folder, code) => {
      if (!holds(folder, 'notes/roadmap.md', 'My point 1')) return 'edit lost';
      if (!holds(folder, 'notes/roadmap.md', 'sharpened'))
        return code === 0 ? 'change lost, exit 0' : 'change lost';
      return existsSync(join(folder, 'notes/plan.md')) ? 'old name came back' : '';
    },
  ),
  once(
    'a folder that the user renamed gets changes and new files',
    committed((folder) => renameSync(join(folder, 'notes'), join(folder, 'writings'))),
    (folder, code) => {
      if (!holds(folder, 'writings/plan.md', 'sharpened'))
        return code === 0 ? 'change lost, exit 0' : 'change lost';
      if (existsSync(join(folder, 'writings/gate.md')) && code === 0) return '';
      return existsSync(join(folder, 'notes/gate.md'))
        ? 'new file in the old folder'
        : `exit ${code}`;
    },
  ),
  once(
    'a file that the template renamed keeps the edits',
    committed((folder) => change(folder, 'docs/guide.md', 'Sentence 2 of', 'My sentence 2 of')),
    (folder, code) => {
      if (!keeps(folder, 'My sentence 2 of')) return code === 0 ? 'edit lost, exit 0' : 'edit lost';
      if (holds(folder, 'docs/manual.md', 'My sentence 2')) return '';
      return code === 0 ? 'edit left behind, exit 0' : 'edit left behind';
    },
  ),
  once(
    'a file that the template removed and the user edited is a conflict',
    committed((folder) => change(folder, 'docs/old.md', 'said once', 'said twice')),
    (folder, code) =>
      keeps(folder, 'said twice') ? asConflict(folder, code, 'docs/old.md') : 'edit lost',
  ),
  once(
    'a binary that both changed keeps the bytes of both',
    committed((folder) => put(folder, { 'pixel.bin': Buffer.from([9, 0, 9]) })),
    (folder, code) => {
      const mine = read(folder, 'pixel.bin') === '\t\0\t';
      return mine || code !== 0 ? asConflict(folder, code, 'pixel.bin') : 'edit lost, exit 0';
    },
  ),
  once(
    'an ignored file at the path of a new one is not overwritten',
    (folder) => {
      put(folder, { '.git/info/exclude': 'gate.py\n', 'src/app/gate.py': 'MY_SECRET = 1\n' });
    },
    (folder) => (holds(folder, 'src/app/gate.py', 'MY_SECRET') ? '' : 'overwritten'),
  ),
  once(
    'requirements that both added in one place are both there',
    committed((folder) =>
      change(folder, 'pyproject.toml', '  "pandas>=2,<3",\n', '  "pandas>=2,<3",\n  "mine==1",\n'),
    ),
    (folder, code) => {
      if (code !== 0) return 'a false conflict';
      if (holds(folder, 'pyproject.toml', '<<<<<<<')) return 'a false conflict, exit 0';
      return ['"mine==1"', '"scipy>=1,<2"', '"numpy>=2.1,<3"'].every((one) =>
        holds(folder, 'pyproject.toml', one),
      )
        ? ''
        : 'lost one';
    },
  ),
  once(
    'a failing git hook does not stop it half-way',
    committed((folder) => {
      for (const name of ['pre-commit', 'pre-merge-commit', 'commit-msg', 'post-checkout']) {
        put(folder, { [`.git/hooks/${name}`]: '#!/bin/sh\nexit 1\n' });
        chmodSync(join(folder, '.git/hooks', name), 0o755);
      }
    }),
    (folder, code) =>
      code === 0 && holds(folder, 'notes/plan.md', 'sharpened') ? '' : `stopped, exit ${code}`,
  ),
  once(
    'uncommitted work is not mixed in',
    (folder) => change(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of'),
    (folder, code) => {
      if (!holds(folder, 'notes/plan.md', 'My point 1')) return 'edit lost';
      return code !== 0 && !existsSync(join(folder, 'src/app/gate.py')) ? '' : 'mixed in';
    },
  ),
  {
    title: 'in a folder of a monorepo, nothing outside is touched',
    play: (tool, folder) => {
      put(folder, { 'README.md': 'The monorepo.\n', 'late.md': 'ours\n' });
      git(folder, 'init', '--quiet');
      commitAll(folder);
      const project = join(folder, 'packages/app');
      mkdirSync(join(project, '..'), { recursive: true });
      tool.create(project);
      commitAll(folder);
      change(project, 'notes/plan.md', 'Point 1 of', 'My point 1 of');
      commitAll(folder);
      const code = tool.raise(project, '0.2.0');
      if (!existsSync(join(folder, 'README.md')) || existsSync(join(folder, 'src')))
        return 'wrote outside';
      if (!holds(project, 'notes/plan.md', 'My point 1')) return 'edit lost';
      return holds(project, 'notes/plan.md', 'sharpened') ? '' : `does not work, exit ${code}`;
    },
  },
  raisedTwice('after a squash merge, the next upgrade has no false conflict', (folder) => {
    git(folder, 'merge', '--quiet', '--squash', 'raise');
    commitAll(folder, 'Raise (#12)');
  }),
  raisedTwice('after a rebase merge, the next upgrade loses nothing', (folder) => {
    put(folder, { 'docs/work.md': 'Work of another team member.\n' });
    commitAll(folder);
    git(folder, 'rebase', '--quiet', 'main', 'raise');
    git(folder, 'switch', '--quiet', 'main');
    git(folder, 'merge', '--quiet', '--ff-only', 'raise');
  }),
  {
    title: 'after a revert, it can be repeated',
    play: (tool, folder) => {
      tool.create(folder);
      change(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of');
      commitAll(folder);
      const before = git(folder, 'rev-parse', 'HEAD');
      tool.raise(folder, '0.2.0');
      if (git(folder, 'status', '--porcelain') !== '') commitAll(folder, 'Raise');
      const tree = git(folder, 'rev-parse', `${before}^{tree}`);
      const undo = git(folder, 'commit-tree', tree, '-p', 'HEAD', '-m', 'Revert');
      git(folder, 'reset', '--quiet', '--hard', undo);
      const code = tool.raise(folder, '0.2.0');
      if (!holds(folder, 'notes/plan.md', 'My point 1')) return 'edit lost';
      return holds(folder, 'notes/plan.md', 'sharpened') ? '' : `did nothing, exit ${code}`;
    },
  },
];

/** Raised on a branch, brought home in some way, then raised once more. */
function raisedTwice(title: string, bringHome: (folder: string) => void): Scenario {
  return {
    title,
    play: (tool, folder) => {
      tool.create(folder);
      change(folder, 'notes/plan.md', 'Point 1 of', 'My point 1 of');
      put(folder, { 'docs/old.md': null, 'src/app/mine.py': 'MINE = True\n' });
      commitAll(folder);
      git(folder, 'switch', '--quiet', '-c', 'raise');
      tool.raise(folder, '0.2.0');
      if (git(folder, 'status', '--porcelain') !== '') commitAll(folder, 'Raise');
      git(folder, 'switch', '--quiet', 'main');
      bringHome(folder);
      change(folder, 'notes/ideas.md', 'Idea 3.', 'My idea 3.');
      change(folder, 'notes/plan.md', 'Point 6, sharpened, of', 'Point 6, sharpened by us, of');
      commitAll(folder);
      const code = tool.raise(folder, '0.3.0');
      for (const [path, text] of [
        ['notes/plan.md', 'My point 1'],
        ['notes/plan.md', 'sharpened by us'],
        ['notes/ideas.md', 'My idea 3'],
        ['src/app/mine.py', 'MINE'],
      ] as const) {
        if (!holds(folder, path, text)) return code === 0 ? 'edit lost, exit 0' : 'edit lost';
      }
      if (existsSync(join(folder, 'docs/old.md'))) return 'deleted file came back';
      const open = git(folder, 'ls-files', '-u').split('\n').filter(Boolean);
      const files = new Set(open.map((line) => line.split('\t')[1]));
      if (files.size > 0 || holds(folder, 'notes/plan.md', '<<<<<<<'))
        return `${files.size || 1} in conflict`;
      return holds(folder, 'notes/plan.md', 'added later') ? '' : 'change lost';
    },
  };
}
