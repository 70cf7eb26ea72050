import { open, readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'No pickle',
  needs: 'A trained clone.',
  proves: 'Neither training nor tracking leaves a pickle.',
  requires: ['train'],
  after: ['dvc', 'mlflow'],
  run: findPickles,
};

const SUFFIXES = new Set(['.pkl', '.pickle', '.joblib', '.pt', '.pth', '.ckpt']);
const SKIPPED = new Set(['.venv', '.git', '__pycache__', '.mypy_cache', '.ruff_cache']);

/** Looks at what training left, by name and by the first bytes of the pickle protocols 2 to 5. */
async function findPickles(workspace: Workspace): Promise<string> {
  let count = 0;
  for await (const path of files(workspace.clone)) {
    count += 1;
    const name = relative(workspace.clone, path);
    if (SUFFIXES.has(extname(path)) || (await startsLikePickle(path))) {
      throw new Failure(`"${name}" is a pickle, or named like one`);
    }
  }
  return `${count} files`;
}

async function* files(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* files(path);
    if (entry.isFile()) yield path;
  }
}

async function startsLikePickle(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(128), 0, 128, 0);
    const version = buffer[1] ?? 0;
    // An array of Python objects is a pickle behind a header of numpy's.
    if (buffer.includes('NUMPY') && buffer.includes("'|O'")) return true;
    return bytesRead > 1 && buffer[0] === 0x80 && version >= 2 && version <= 5;
  } finally {
    await file.close();
  }
}
