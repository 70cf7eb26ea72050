// Builds generators/ to dist/generators/: one bundle per door, shared parts in dist/chunks/.
// Yeoman's packages stay outside the bundle because they read their own package.json.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const doors = readdirSync('generators', { recursive: true })
  .map((file) => join('generators', String(file)))
  .filter((file) => /[\\/](index|cli)\.ts$/.test(file));
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: doors,
  outdir: 'dist/generators',
  outbase: 'generators',
  chunkNames: '../chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.17',
  external: Object.keys(dependencies),
  metafile: true,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(Object.keys(metafile.inputs)));

/** The licences of the packages whose code is in the bundle. */
function licencesOf(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file ? readFileSync(join(folder, file), 'utf8') : `Licence: ${license}\n`;
      return `${name} ${version}\n\n${text}`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}
