import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One file as git would see it; a path and a text are bytes, read as latin1. */
export interface Entry {
  mode: string;
  bytes: Buffer;
}

/** The mode of a symbolic link. */
export const LINK = '120000';

/** Path → entry. */
export type Files = Map<string, Entry>;

/** The versions of one unmerged path: 1 the base, 2 the user's, 3 the template's. */
export type Stages = Map<string, { [stage: number]: Entry }>;

/** Every file of a folder, `.git` left out, links not followed. */
export function readFolder(folder: string): Files {
  const found: Files = new Map();
  const visit = (below: string) => {
    const here = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(below, 'latin1')]);
    for (const entry of readdirSync(here, { encoding: 'buffer', withFileTypes: true })) {
      const name = Buffer.from(entry.name as unknown as Buffer).toString('latin1');
      if (name === '.git') continue;
      const path = `${below}${name}`;
      const place = Buffer.concat([here, Buffer.from(name, 'latin1')]);
      if (entry.isSymbolicLink()) {
        found.set(path, { mode: LINK, bytes: readlinkSync(place, 'buffer') as Buffer });
      } else if (entry.isDirectory()) {
        visit(`${path}/`);
      } else {
        const mode = lstatSync(place).mode & 0o100 ? '100755' : '100644';
        found.set(path, { mode, bytes: readFileSync(place) });
      }
    }
  };
  visit('');
  return found;
}

/** The unmerged paths of the index. */
export function readStages(folder: string): Stages {
  const stages: Stages = new Map();
  const lines = ask(folder, ['ls-files', '-u', '-z']).toString('latin1').split('\0');
  for (const line of lines.filter(Boolean)) {
    const [, mode = '', id = '', stage = '', path = ''] =
      /^(\d+) (\w+) (\d)\t(.*)$/s.exec(line) ?? [];
    const versions = stages.get(path) ?? {};
    versions[Number(stage)] = { mode, bytes: ask(folder, ['cat-file', 'blob', id]) };
    stages.set(path, versions);
  }
  return stages;
}

function ask(folder: string, args: readonly string[]): Buffer {
  return execFileSync('git', ['--no-optional-locks', ...args], { cwd: folder });
}

/** Lines without their ends; what comes after the last newline counts when it is not empty. */
export function linesOf({ bytes }: Entry): string[] {
  const lines = bytes.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export const isBinary = ({ bytes }: Entry) => bytes.subarray(0, 8000).includes(0);

export const isSame = (one: Entry | undefined, other: Entry | undefined) =>
  one === undefined || other === undefined
    ? one === other
    : one.mode === other.mode && one.bytes.equals(other.bytes);

/** Files from their texts, one byte a character. */
export const filesOf = (
  content: Record<string, string>,
  executable: readonly string[] = [],
): Files =>
  new Map(
    Object.entries(content).map(([path, text]) => [
      path,
      { mode: executable.includes(path) ? '100755' : '100644', bytes: Buffer.from(text, 'latin1') },
    ]),
  );
