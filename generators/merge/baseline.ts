import { attempt } from '../git/process.ts';

/** A commit in history that holds a rendered tree exactly. */
export interface BaselineCommit {
  commit: string;
  tree: string;
  phase: number;
  version: string;
  /** Seconds since 1970. */
  date: number;
}

/** The line that such a commit ends its message with. */
export function baselineTrailer(phase: number, version: string, tree: string): string {
  return `Nimble-ML-Baseline: phase=${phase} version=${version} tree=${tree}`;
}

/** BaselineCommit commits among the ancestors, newest first. Rebase and amend keep the words, so the tree is the proof. */
export async function findBaselines(folder: string, head: string): Promise<BaselineCommit[]> {
  const format = '%x01%H %T %ct%n%B';
  const { stdout } = await attempt(folder, [
    ...['-c', 'log.showSignature=false', 'rev-list', '--no-commit-header', '--max-count=50'],
    ...['--grep=^Nimble-ML-Baseline: phase=', `--format=${format}`, head],
  ]);
  return String(stdout).split('\x01').flatMap(parse);
}

function parse(text: string): BaselineCommit[] {
  const [, commit = '', tree = '', date] = /^(\w+) (\w+) (\d+)\n/.exec(text) ?? [];
  const said = /^Nimble-ML-Baseline: phase=(\d) version=(\S+) tree=(\w+)$/m.exec(text);
  if (!said || said[3] !== tree) return [];
  return [{ commit, tree, phase: Number(said[1]), version: said[2] ?? '', date: Number(date) }];
}
