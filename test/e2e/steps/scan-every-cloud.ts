import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findChoices, findModalities } from '../discover.ts';
import { findTool } from '../machine/tools.ts';
import { installedProgram } from '../pack.ts';
import { Failure, type Step, type Workspace } from '../step.ts';
import { newArguments } from './write.ts';

export const step: Step = {
  title: 'Every modality on every cloud scanned',
  needs: 'The scanners, from the Python index.',
  proves: 'The scanners find nothing in the repository of any modality on any cloud.',
  scope: 'generator',
  from: 2,
  requires: ['write'],
  run: scanAll,
};

/** What only scans for secrets read: pages, and the state of the generator. It goes through every repository. */
const TEXT = /(^|\/)(\.nimble-ml\.lock\.json|\.yo-rc\.json|[^/]+\.md)$|^\.git\//;

/** What `poe scan` looks for besides, but for vulnerable dependencies, which the step scan does. */
const SCANS = ['code', 'workflows', 'images', 'infrastructure'];

/**
 * Zero findings. Every repository is written and scanned for secrets; by the other scanners as few as hold, together,
 * every file of all of them, with infra/ taken as one, since they read across it. Which repository was scanned for which is in the log.
 */
async function scanAll(workspace: Workspace): Promise<string> {
  const all: Repository[] = [];
  const choices = await findChoices(workspace.machine.checkout, 'cloud');
  const clouds = workspace.partsOf(
    'scan-every-cloud',
    choices.filter((cloud) => cloud !== 'none'),
  );
  for (const modality of await findModalities(workspace.machine.checkout)) {
    for (const cloud of clouds) all.push(await writeFor(workspace, modality, cloud));
  }
  expectOneInfra(all);
  const chosen = coverAll(all);
  for (const one of all) await poeScan(workspace, one, ['secrets']);
  for (const one of chosen) await scan(workspace, one);
  await appendFile(workspace.log, listCoverage(all, chosen));
  return `${all.length} repositories by ${chosen.length}`;
}

export interface Repository {
  modality: string;
  cloud: string;
  folder: string;
  /** What more than one scanner reads, each with the hash of its content: `infra/`, and every other file by its path. */
  parts: Set<string>;
}

async function writeFor(
  workspace: Workspace,
  modality: string,
  cloud: string,
): Promise<Repository> {
  const folder = join(workspace.scratch, `${modality}-${cloud}`);
  const answers = newArguments({ ...workspace, modality }, folder);
  answers[answers.indexOf('--cloud') + 1] = cloud;
  const program = installedProgram(workspace.machine, 'nimble-ml');
  await workspace.run(program, [...answers, '--skip-install'], { cwd: workspace.scratch });
  return { modality, cloud, folder, parts: await readParts(folder) };
}

async function readParts(folder: string): Promise<Set<string>> {
  const parts = new Set<string>();
  const infra = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name).slice(folder.length + 1));
  for (const path of paths.map((path) => path.replaceAll('\\', '/')).sort()) {
    if (TEXT.test(path)) continue;
    const bytes = await readFile(join(folder, path));
    if (path.startsWith('infra/')) infra.update(`${path}\0${bytes.length}\0`).update(bytes);
    else parts.add(`${path} ${createHash('sha256').update(bytes).digest('hex')}`);
  }
  return parts.add(`infra/ ${infra.digest('hex')}`);
}

/** Then what one modality's infra/ passes, formatted, valid, tested and applied, holds for every other. */
export function expectOneInfra(all: Repository[]): void {
  for (const cloud of new Set(all.map((one) => one.cloud))) {
    const infra = all.filter((one) => one.cloud === cloud).map(({ parts }) => infraOf(parts));
    if (new Set(infra).size !== 1)
      throw new Failure(`infra/ for ${cloud} is not the same for every modality`);
  }
}

function infraOf(parts: Set<string>): string | undefined {
  return [...parts].find((part) => part.startsWith('infra/ '));
}

/** Greedily: always the one with the most that no other has shown yet. */
export function coverAll(all: Repository[]): Repository[] {
  const chosen: Repository[] = [];
  const missing = new Set(all.flatMap(({ parts }) => [...parts]));
  const countNew = ({ parts }: Repository) => [...parts].filter((part) => missing.has(part)).length;
  while (missing.size > 0) {
    const next = all.reduce((best, one) => (countNew(one) > countNew(best) ? one : best));
    chosen.push(next);
    for (const part of next.parts) missing.delete(part);
  }
  return chosen;
}

/** With the repository's own program, and checkov on everything else that it knows, such as workflows and images. */
async function scan(workspace: Workspace, one: Repository): Promise<void> {
  await poeScan(workspace, one, SCANS);
  const checkov = await findTool(workspace.machine, 'checkov');
  const quiet = ['--quiet', '--compact', '--skip-download'];
  await workspace.run(checkov, ['--directory', '.', ...quiet], { cwd: one.folder });
}

async function poeScan({ run, machine }: Workspace, { folder: cwd }: Repository, what: string[]) {
  const env = { ...machine.env, UV: machine.uv };
  const python = ['run', '--no-project', '--python', '3.11', 'python'];
  await run(machine.uv, [...python, 'tasks/scan.py', ...what], { cwd, env });
}

/** A line for each repository: where its parts were scanned. */
function listCoverage(all: Repository[], chosen: Repository[]): string {
  const name = ({ modality, cloud }: Repository) => `${modality}/${cloud}`;
  const lines = all.map((one) => {
    const shown = (other: Repository) => [...other.parts].filter((part) => one.parts.has(part));
    const first = chosen.filter((other) => shown(other).length > 0);
    const left = new Set(one.parts);
    const by = first
      .sort((a, b) => shown(b).length - shown(a).length)
      .filter((other) => shown(other).filter((part) => left.delete(part)).length > 0);
    return `${name(one)}: ${one.parts.size} parts, scanned in ${by.map(name).join(', ')}`;
  });
  return `\n${lines.join('\n')}\n`;
}
