import { queryGit } from '../git/query.ts';

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

/** Baseline commits among the ancestors, newest first. Rebase and amend keep the trailer, so the tree is the proof. */
export async function findBaselines(folder: string, head: string): Promise<BaselineCommit[]> {
  const { answer } = await queryGit(
    folder,
    (git) =>
      git.log({
        format: { commit: '%H', tree: '%T', date: '%ct', message: '%B' },
        splitter: '\x01',
        multiLine: true,
        maxCount: 50,
        '--grep': '^Nimble-ML-Baseline: phase=',
        [head]: null,
      }),
    // simple-git marks each commit with letters that are read only in UTF-8.
    { settings: ['log.showSignature=false', 'i18n.logOutputEncoding=UTF-8'] },
  );
  return (answer?.all ?? []).flatMap(verify);
}

function verify({ commit, tree, date, message }: Logged): BaselineCommit[] {
  const trailer = /^Nimble-ML-Baseline: phase=(\d) version=(\S+) tree=(\w+)$/m.exec(message);
  if (!trailer || trailer[3] !== tree) return [];
  const [, phase, version = ''] = trailer;
  return [{ commit, tree, phase: Number(phase), version, date: Number(date) }];
}

interface Logged {
  commit: string;
  tree: string;
  date: string;
  message: string;
}
