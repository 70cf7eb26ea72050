import { expect, test } from 'vitest';
import { PHASES, textsOf, treeOf } from '../support/repositories.ts';

test('CI, image and development container take one uv', async () => {
  const texts = textsOf(await treeOf({ phase: String(Math.max(...PHASES)) }));
  const places = [
    [/^\.github\/actions\//, /version: "(\d+\.\d+\.\d+)"/g],
    [/^Dockerfile$/, /astral-sh\/uv:(\d+\.\d+\.\d+)/g],
    [/^\.devcontainer\//, /uv==(\d+\.\d+\.\d+)/g],
  ] as const;
  const found = places.map(([path, version]) =>
    [...texts].flatMap(([name, text]) =>
      path.test(name) ? [...text.matchAll(version)].map((match) => match[1]) : [],
    ),
  );
  for (const versions of found) expect(versions.length).toBeGreaterThan(0);
  expect(new Set(found.flat()).size).toBe(1);
});

test('a workflow that installs asks for exactly what the lock file names', async () => {
  const texts = textsOf(await treeOf({ phase: String(Math.max(...PHASES)) }));
  for (const [path, text] of texts) {
    if (!/^\.github\/(workflows|actions)\//.test(path)) continue;
    for (const [line] of text.matchAll(/^ +(run: |- )?uv (run|sync)\b.*$/gm)) {
      expect(line, path).toContain('--locked');
    }
  }
});
