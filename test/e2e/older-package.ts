// An earlier version of the package, made from the packed one: what templates meet after a few months.
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installedPackage } from './pack.ts';
import { Failure, type Workspace } from './step.ts';

/** What the packed package has and the older one has differently. */
export const SINCE = {
  added: 'tests/test_columns.py',
  removed: 'src/nimble_package/legacy.py',
  renamed: { from: 'tests/machinery/test_promises.py', to: 'tests/machinery/test_contract.py' },
};

const MODALITY = 'modalities/tabular';
const CONTAINER = 'blocks/container/container-docker/files/Dockerfile';

/** The packed package again, in a folder of its own, with what it depends on. */
export async function copyPackage(workspace: Workspace, name: string): Promise<string> {
  const around = join(workspace.scratch, name);
  const folder = join(around, 'package');
  const installed = installedPackage(workspace.machine);
  const modules = join(installed, 'node_modules');
  await mkdir(around);
  await symlink(modules, join(around, 'node_modules'), 'junction');
  await cp(installed, folder, { recursive: true, filter: (path) => !path.startsWith(modules) });
  return folder;
}

/** Version 0.0.9: an older line, pin and module; a file that is not there yet, one that was removed since, one that was renamed. */
export async function makeOlder(workspace: Workspace): Promise<string> {
  const folder = await copyPackage(workspace, 'older');
  const templates = join(folder, 'templates');
  await change(join(folder, 'package.json'), /"version": "[^"]+"/, '"version": "0.0.9"');
  await change(join(templates, CONTAINER), /(astral-sh\/uv):\S+/, '$1:0.0.9');
  await change(join(templates, MODALITY, 'block.yaml'), /pyarrow: ">=\d+"/, 'pyarrow: ">=18"');
  await change(
    join(templates, MODALITY, 'files/src/nimble_package/plots.py'),
    /^"""/,
    '"""Earlier: ',
  );
  const tests = join(templates, MODALITY, 'files', SINCE.added);
  await rm(tests);
  const skeleton = join(templates, 'skeleton/files');
  await rename(join(skeleton, SINCE.renamed.to), join(skeleton, SINCE.renamed.from));
  await writeFile(join(skeleton, SINCE.removed), '"""No longer used."""\n');
  return folder;
}

/** Changes the text of a template; one that no longer has it needs another text here. */
export async function change(path: string, from: RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Failure(`"${path}" holds nothing like ${from}`);
  await writeFile(path, changed);
}
