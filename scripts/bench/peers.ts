import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder, findUv } from '../find-uv.js';

/** Versions of the peers that the same tree is written with. */
const PEERS = { copier: '9', cookiecutter: '2', cruft: '2' };

/** The folder of the peers' commands, installed once into the cache. */
export function installPeers(): string {
  const folder = join(cacheFolder(), 'bench');
  const bin = join(folder, 'bin');
  const uv = findUv((line: string) => console.error(line));
  for (const [tool, major] of Object.entries(PEERS)) {
    if (existsSync(join(bin, tool))) continue;
    execFileSync(uv, ['tool', 'install', `${tool}==${major}.*`], {
      stdio: 'inherit',
      env: { ...process.env, UV_TOOL_DIR: join(folder, 'tools'), UV_TOOL_BIN_DIR: bin },
    });
  }
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  return bin;
}

/** Templates of the peers that hold the same files, with the package's folder as their placeholder. */
export function peerTemplates(
  tree: string,
  workspace: string,
  name: string,
): Record<string, string> {
  const copier = join(workspace, 'copier-template');
  cpSync(tree, join(copier, 'template'), { recursive: true, filter: withoutGit });
  renameSync(
    join(copier, 'template', 'src', name),
    join(copier, 'template', 'src', '{{ package }}'),
  );
  writeFileSync(
    join(copier, 'copier.yml'),
    `_subdirectory: template\n_templates_suffix: .jinja\npackage:\n  type: str\n  default: ${name}\n`,
  );
  const cookiecutter = join(workspace, 'cookiecutter-template');
  const inner = join(cookiecutter, '{{cookiecutter.name}}');
  mkdirSync(cookiecutter, { recursive: true });
  cpSync(tree, inner, { recursive: true, filter: withoutGit });
  renameSync(join(inner, 'src', name), join(inner, 'src', '{{cookiecutter.package}}'));
  writeFileSync(
    join(cookiecutter, 'cookiecutter.json'),
    JSON.stringify({ name: 'out', package: name, _copy_without_render: ['*'] }),
  );
  return { copier, cookiecutter };
}

const withoutGit = (path: string) => !/[\\/]\.git([\\/]|$)/.test(path);
