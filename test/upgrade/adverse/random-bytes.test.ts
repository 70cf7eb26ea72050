import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { git, gitBytes } from '../../support/git.ts';
import { commit, expectFinished, repositoryOf, run } from '../support/repository.ts';
import { packageWith } from '../support/templates.ts';

/** Files that a rule of ours touches, and one that only git merges: as they were, and with a line that a new version adds. */
const FILES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  dot_gitattributes: ['*.png binary\n', '*.png binary\n*.wav binary\n'],
  'dot_env.example': ['# settings\nA=1\n', '# settings\nA=1\nB=2\n'],
  dot_dockerignore: ['.git\n', '.git\n.venv\n'],
  'notes/dot_gitignore': ['*.tmp\n', '*.tmp\n*.bak\n'],
  'tasks/own.toml': ['[tasks]\na = "echo a"\n', '[tasks]\na = "echo a"\nb = "echo b"\n'],
  Makefile: ['check:\n\tpoe check\n', 'check:\n\tpoe check\ntrain:\n\tpoe train\n'],
};
const withFiles = (version: 0 | 1) =>
  Object.fromEntries(
    Object.entries(FILES).map(([path, texts]) => [`skeleton/files/${path}`, texts[version]]),
  );
const V1 = packageWith(withFiles(0));
const V2 = packageWith(withFiles(1), '0.2.0');
const PATHS = Object.keys(FILES).map((path) => path.replace('dot_', '.'));
const MERGED = [...PATHS, '.gitignore', 'README.md', 'pyproject.toml', '.yo-rc.json'];

/** A line of any bytes but those that end a line, or make a file a binary. */
const line = (from: number) =>
  fc
    .array(fc.integer({ min: from, max: 255 }), { minLength: 1, maxLength: 12 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)));

/** Adds a line where the new version adds one too; to `.yo-rc.json`, a key of another generator. */
function added(path: string, text: Buffer, bytes: Buffer): Buffer {
  if (path === '.yo-rc.json') {
    const key = Buffer.concat([Buffer.from('{\n "other": "'), bytes, Buffer.from('",\n')]);
    return Buffer.concat([key, text.subarray(text.indexOf('\n') + 1)]);
  }
  const mark = /\.toml$/.test(path) ? '# ' : '';
  const fresh = Buffer.concat([Buffer.from(`${mark}mine `), bytes, Buffer.from('\n')]);
  if (path !== 'README.md' && path !== 'pyproject.toml') return Buffer.concat([text, fresh]);
  const at = text.indexOf('\n', text.indexOf(path === 'README.md' ? '|---|' : 'tracker')) + 1;
  return Buffer.concat([text.subarray(0, at), fresh, text.subarray(at)]);
}

test('lines of any bytes, in every file that a rule touches, come back byte for byte', async () => {
  const start = await repositoryOf(V1);
  const head = git(start, 'rev-parse', 'HEAD');
  await fc.assert(
    fc.asyncProperty(fc.array(line(1), { minLength: 7, maxLength: 7 }), async (lines) => {
      git(start, 'merge', '--quit');
      git(start, 'reset', '--quiet', '--hard', head);
      git(start, 'clean', '-fdxq');
      const key = Buffer.from(lines[0]?.filter((byte) => byte >= 0x80) ?? []); // in JSON: no quotes and controls
      const files = MERGED.map((path, index) => {
        const bytes = path === '.yo-rc.json' ? key : (lines[index % lines.length] as Buffer);
        return [path, added(path, readFileSync(join(start, path)), bytes), bytes] as const;
      });
      commit(start, Object.fromEntries(files));
      const ended = await run(V2, start, ['phase', '2']);
      expect([0, 1], ended.stderr).toContain(ended.code);
      for (const [path, , bytes] of files) {
        const text = readFileSync(join(start, path));
        const mine = Buffer.concat([
          Buffer.from(path === '.yo-rc.json' ? '"other": "' : 'mine '),
          bytes,
          Buffer.from(path === '.yo-rc.json' ? '"' : '\n'),
        ]);
        expect(text.includes(mine), `${path}: ${bytes.toString('hex')}`).toBe(true);
      }
      if (ended.code === 0) expect(git(start, 'status', '--porcelain')).toBe('');
    }),
    { numRuns: process.env.NIMBLE_ML_NIGHTLY === undefined ? 5 : 300 },
  );
}, 120_000);

test('a line in Latin-1 next to a new one is kept with its bytes, and both are there', async () => {
  const folder = await repositoryOf(V1);
  const latin = Buffer.from('# gr\u00fc\u00dfe\n', 'latin1');
  const paths = ['.env.example', '.gitignore', '.gitattributes', '.dockerignore', 'Makefile'];
  commit(
    folder,
    Object.fromEntries(
      paths.map((path) => [path, Buffer.concat([readFileSync(join(folder, path)), latin])]),
    ),
  );
  await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
  for (const path of paths) {
    expect(gitBytes(folder, 'show', `HEAD:${path}`).includes(latin), path).toBe(true);
  }
  expect(gitBytes(folder, 'show', 'HEAD:.env.example').toString('latin1')).toContain('B=2');
});

test('Windows line endings that the user gave a file in Latin-1 stay, without a conflict', async () => {
  const folder = await repositoryOf(V1);
  const text = readFileSync(join(folder, 'README.md'), 'latin1').replace(
    'What it',
    'Was gr\u00fc\u00df',
  );
  commit(folder, { 'README.md': Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1') });
  await expectFinished(folder, () => run(V2, folder, ['phase', '2']));
  const after = gitBytes(folder, 'show', 'HEAD:README.md').toString('latin1');
  expect(after).toContain('Was gr\u00fc\u00df is for.\r\n');
  expect(after).toMatch(/gate.*\r\n/);
});
