// Builds generators/ to dist/generators/: the command line and the Yeoman generators, and the parts that they load in
// dist/chunks/. The packages that they use are in the bundle. The command line is bundled by itself: parts that it
// shares with the generators would be a dozen more files to load at its start.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const commandLine = ['generators/cli.ts'];
const yeomanGenerators = readdirSync('generators', { recursive: true })
  .map((file) => join('generators', String(file)))
  .filter((file) => /[\\/]index\.ts$/.test(file));

/** These read their own package.json, and belong to the environment that the user runs. */
const external = ['yeoman-generator', '@yeoman/*', 'mem-fs'];

/** The list of commands as imports: at run time there is no folder to read. */
const commandList = {
  name: 'command-list',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]cli[\\/]command-list\.ts$/ }, ({ path }) => {
      const files = readdirSync('generators/commands').filter((file) => file.endsWith('.ts'));
      const imports = files.map((file, index) => `import c${index} from '../commands/${file}';`);
      const names = files.map((_, index) => `c${index}`);
      const contents = [...imports, `export const commands = [${names}];`].join('\n');
      return { contents, loader: 'ts', resolveDir: dirname(path) };
    });
  },
};

// CommonJS packages in the bundle still ask for Node's own modules with require.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
};

rmSync('dist', { recursive: true, force: true });
const bundled = [await bundle(commandLine), await bundle(yeomanGenerators)].flat();
writeFileSync('dist/parsed-blocks.json', JSON.stringify(await parsedBlocks()));
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(bundled));

/** Bundles entry points that share their parts; gives back the files in the bundle. */
async function bundle(entryPoints) {
  const { metafile } = await build({
    entryPoints,
    outdir: 'dist/generators',
    outbase: 'generators',
    chunkNames: '../chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.17',
    external,
    plugins: [commandList],
    metafile: true,
    banner,
  });
  return Object.keys(metafile.inputs);
}

/** Every shipped block.yaml, parsed and checked, by the hash of its text. */
async function parsedBlocks() {
  const code = resolve('dist', 'parse-blocks.js');
  await build({
    stdin: {
      contents: "export * from './parse-block.ts'; export * from './parsed-blocks.ts';",
      resolveDir: 'generators/engine',
    },
    bundle: true,
    outfile: code,
    format: 'esm',
    platform: 'node',
    banner,
  });
  const { parseBlock, textHash } = await import(pathToFileURL(code).href);
  rmSync(code);
  const files = readdirSync('templates', { recursive: true })
    .map((file) => join('templates', String(file)))
    .filter((file) => /^templates[\\/]([\w.-]+[\\/]){1,3}block\.yaml$/.test(file));
  return Object.fromEntries(
    files.map((file) => {
      const text = readFileSync(file, 'utf8');
      return [textHash(text), parseBlock(text, file)];
    }),
  );
}

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
