import { isUtf8 } from 'node:buffer';
import ejs from 'ejs';
import type { Answers, LoadedBlock, TemplateFile } from './block.ts';
import { type JobView, startingJobs, viewJobs } from './ci-jobs.ts';
import { Refusal, suggest } from './errors.ts';
import { PACKAGE_WORD, packageIn } from './names.ts';
import { PathOwnership } from './paths.ts';
import { arePresent } from './presence.ts';
import type { PathSource } from './removal.ts';
import { type Release, templateVariables } from './template-variables.ts';
import type { RenderedFile, Tree } from './tree.ts';

/** The tree of files these blocks write for these answers. Touches no disk; same input, same bytes. */
export function render(answers: Answers, blocks: readonly LoadedBlock[], release: Release): Tree {
  const name = packageIn(answers);
  const jobs = viewJobs(blocks);
  const sources = sourcesOf(blocks, jobs, name);
  const data = templateVariables(answers, blocks, jobs, sources, release);
  return new Map(
    sources
      .map(({ path, file, job }) => {
        const variables = job === undefined ? data : { ...data, job };
        return [path, finish(file, variables, name)] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A path of the tree, and what it is rendered from. */
export interface Source extends PathSource {
  block: LoadedBlock;
  file: TemplateFile;
}

/** Every path with its one source; a second source for it is refused. */
export function sourcesOf(
  blocks: readonly LoadedBlock[],
  jobs: readonly JobView[],
  name: string,
): Source[] {
  const sources = blocks.flatMap((block) =>
    block.files
      .filter((file) => arePresent(file.needs, blocks))
      .flatMap((file): Source[] => {
        const path = file.path.replaceAll(PACKAGE_WORD, name);
        if (!path.includes(JOB_WORD)) return [{ path, block, file }];
        return startingJobs(jobs).map((job) => ({
          path: path.replaceAll(JOB_WORD, job.id),
          block,
          file,
          job,
        }));
      }),
  );
  const kept = sources.filter((one) => !isTaken(one, sources));
  const ownership = new PathOwnership();
  for (const { path, file } of kept) ownership.add(path, file.source);
  return kept;
}

/** Whether a retired block has the path and another block gives it, too: that one knows what belongs there today. */
function isTaken({ path, block }: Source, sources: readonly Source[]): boolean {
  if (!block.retired) return false;
  const others = sources.filter((one) => one.path === path && one.block !== block);
  return others.some((one) => !one.block.retired || one.block.id < block.id);
}

/** In the name of a file: it is rendered once for each CI job that starts by itself. */
const JOB_WORD = '{job}';

function finish(file: TemplateFile, data: Record<string, unknown>, name: string): RenderedFile {
  const bytes = isText(file.bytes) ? Buffer.from(text(file, data, name)) : file.bytes;
  return { bytes, mode: bytes.subarray(0, 2).toString() === '#!' ? '100755' : '100644' };
}

function text(file: TemplateFile, data: Record<string, unknown>, name: string): string {
  const source = file.bytes.toString('utf8').replaceAll(PACKAGE_WORD, name);
  return file.filled ? fillIn(file.source, source, data) : source;
}

function fillIn(path: string, source: string, data: Record<string, unknown>): string {
  try {
    return ejs.render(source, data, { filename: path, escape: String, includer: refuseInclude });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = /:(\d+)\n/.exec(error.message)?.[1] ?? '1';
    const reason = error.message.trim().split('\n').at(-1) ?? '';
    const missing = /^(\w+) is not defined$/.exec(reason)?.[1];
    const what = missing
      ? `there is no variable "${missing}".${suggest(missing, Object.keys(data).sort())}`
      : reason;
    throw new Refusal(`${path}:${line}: ${what}`);
  }
}

/** A template that could include another file would read the disk. */
function refuseInclude(path: string): never {
  throw new Error(`"${path}" cannot be included. Write it here, or use a slot.`);
}

/** A file with a zero byte among its first 8000 is binary: git's own rule. So is one that is not UTF-8. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 8000).includes(0) && isUtf8(bytes);
}
