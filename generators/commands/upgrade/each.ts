import { resolve } from 'node:path';
import type { Ui } from '../../cli/command.ts';
import { describeFailure, EXIT, type ExitCode } from '../../cli/exit-code.ts';
import { count } from '../../cli/printing.ts';
import type { Request } from '../../cli/request.ts';
import type { Change } from './change.ts';
import { countChanges } from './change.ts';
import { formatEach } from './each-format.ts';
import { type FoundFolder, findRepositories } from './find-repositories.ts';

/** What an update did, or would do, in one repository. */
export interface EachRepository {
  /** From the folder that was searched. */
  path: string;
  directory: string;
  /**
   * What became of it: "current" has nothing to do; "planned" would change; "conflict" is left as it is, because the user has to
   * resolve it there; "refused" says why in `reason`; "skipped" is not one of ours.
   */
  state: 'updated' | 'planned' | 'current' | 'conflict' | 'refused' | 'skipped';
  /** Version of the generator that wrote it, and of the one that runs. */
  from: string | null;
  to: string | null;
  /** `3 added, 1 changed`. */
  changes: string | null;
  reason: string | null;
  commits: string[];
  notes: string[];
}

/** What an update of several repositories did, as `--json` prints it. */
export interface EachResult {
  command: 'update';
  /** The folder that was searched. */
  each: string;
  dryRun: boolean;
  repositories: EachRepository[];
  nextSteps: string[];
}

type Upgrade = (request: Request, ui: Ui, directory: string) => Promise<Change>;

/** Plans an update in every repository below a folder, shows it, and carries it out where it is without conflicts. */
export async function updateEach(upgrade: Upgrade, request: Request, ui: Ui): Promise<EachResult> {
  const each = resolve(request.each ?? '.');
  const found = findRepositories(each);
  const quiet: Ui = { ...ui, ask: undefined, confirm: undefined };
  const planned: EachRepository[] = [];
  for (const folder of found) {
    planned.push(await tryOne(folder, upgrade, { ...request, yes: true, dryRun: true }, quiet));
  }
  const result: EachResult = {
    command: 'update',
    each,
    dryRun: request.dryRun,
    repositories: planned,
    nextSteps: [],
  };
  const waiting = planned.filter(({ state }) => state === 'planned').length;
  if (request.dryRun || !(await isWanted(result, waiting, request, ui))) {
    const again = `nimble-ml update --each ${request.each} --yes`;
    return { ...result, dryRun: true, nextSteps: waiting > 0 ? [again] : [] };
  }
  const repositories: EachRepository[] = [];
  for (const [index, one] of planned.entries()) {
    const folder = found[index];
    if (one.state !== 'planned' || !folder) repositories.push(one);
    else repositories.push(await tryOne(folder, upgrade, { ...request, yes: true }, quiet));
  }
  return { ...result, repositories };
}

/** Whether to go on after the table; without a terminal only --yes says so. */
async function isWanted(
  result: EachResult,
  waiting: number,
  { yes }: Request,
  { confirm, print }: Ui,
): Promise<boolean> {
  if (yes) return true;
  if (!confirm) return false;
  if (waiting === 0) return true;
  for (const line of formatEach({ ...result, dryRun: true })) print(line);
  return confirm(`Update ${count(waiting, 'repository').replace('repositorys', 'repositories')}?`);
}

/** One repository; what fails there stops no other one. */
async function tryOne(
  { path, directory, skipped }: FoundFolder,
  upgrade: Upgrade,
  request: Request,
  ui: Ui,
): Promise<EachRepository> {
  const empty = { path, directory, from: null, to: null, changes: null, reason: null };
  const none = { ...empty, commits: [], notes: [] };
  if (skipped !== undefined) return { ...none, state: 'skipped', reason: skipped };
  try {
    const change = await upgrade(request, ui, directory);
    const changes = countChanges(change) ?? null;
    const known = {
      ...none,
      from: change.from.version,
      to: change.to.version,
      changes,
      commits: change.commits,
      notes: change.notes,
    };
    if (change.conflicts.length > 0) {
      return { ...known, state: 'conflict', reason: conflictPaths(change) };
    }
    if (changes === null && change.commits.length === 0) return { ...known, state: 'current' };
    return { ...known, state: request.dryRun ? 'planned' : 'updated' };
  } catch (error) {
    const { message, code } = describeFailure(error);
    if (code === EXIT.interrupted) throw error;
    return { ...none, state: 'refused', reason: message.split('\n')[0] ?? '' };
  }
}

function conflictPaths({ conflicts }: Change): string {
  const paths = conflicts.map(({ path }) => path);
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `${paths.slice(0, 3).join(', ')}${more}`;
}

/** 1 when a repository is left behind: in conflict, or refused. */
export function exitCodeOfEach({ repositories, dryRun }: EachResult): ExitCode {
  const isLeft = repositories.some(({ state }) => state === 'conflict' || state === 'refused');
  return isLeft && !dryRun ? EXIT.conflicts : EXIT.done;
}
