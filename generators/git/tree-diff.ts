import { decodePath, splitFields } from './path-bytes.ts';
import { git } from './process.ts';
import type { Scratch } from './scratch.ts';
import { isId, unexpectedOutput } from './unexpected-output.ts';

/** One path in which two trees differ. */
export interface Difference {
  path: string;
  /** A added, D deleted, M changed, T changed its type, R renamed. */
  status: string;
  /** Where it was, when it was renamed. */
  from?: string;
  before: { mode: string; id: string };
  after: { mode: string; id: string };
}

/** Where two trees differ; with `renames`, only what moved. */
export async function diffTrees(
  scratch: Scratch,
  one: string,
  other: string,
  { renames = false } = {},
): Promise<Difference[]> {
  const how = renames ? ['-M', '-l2000', '--diff-filter=R'] : ['--no-renames'];
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', ...how, one, other];
  return parseDifferences(await git(scratch.folder, args, { env: scratch.env }), renames);
}

/** Output of `diff-tree -z --raw`: a line of modes and ids, then one path, or two of a rename. */
export function parseDifferences(output: Buffer, renames: boolean): Difference[] {
  const fields = splitFields(output).map(decodePath);
  const found: Difference[] = [];
  for (let field = fields.shift(); field !== undefined; field = fields.shift()) {
    const [, mode = '', modeAfter = '', id = '', idAfter = '', status = ''] =
      /^:(\d+) (\d+) (\w+) (\w+) (\w)/.exec(field) ?? [];
    if (!isId(id) || !isId(idAfter)) throw unexpectedOutput('diff-tree', field);
    const from = renames ? fields.shift() : undefined;
    const path = fields.shift();
    if (!path || from === '') throw unexpectedOutput('diff-tree', field);
    found.push({
      path,
      status,
      ...(from === undefined ? {} : { from }),
      before: { mode, id },
      after: { mode: modeAfter, id: idAfter },
    });
  }
  return found;
}
