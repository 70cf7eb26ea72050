import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** Code of other projects: what users bring into a repository. Paths are relative to `root`. */
export interface ThirdParty {
  paths: readonly string[];
  read(path: string): Buffer;
}

/** The texts of this checkout's node_modules, which its lock file pins, so a seed means the same everywhere. */
export function nodeModules(): ThirdParty {
  return codeBelow(join(ROOT, 'node_modules'), /\.(js|mjs|cjs|ts|md|json|ya?ml|css|txt)$/);
}

/** The Python that this machine has; a seed means the same on machines that have the same. */
export function sitePackages(): ThirdParty {
  const code = 'import sysconfig; print(sysconfig.get_path("stdlib"))';
  const folder = execFileSync('python3', ['-c', code], { encoding: 'utf8' }).trim();
  return codeBelow(folder, /\.(py|pyi|txt|cfg|toml)$/);
}

/** Several sources as one. */
export function together(...sources: readonly ThirdParty[]): ThirdParty {
  return {
    paths: sources.flatMap(({ paths }, index) => paths.map((path) => `${index}:${path}`)),
    read: (path) => {
      const [index = '', rest = ''] = path.split(/:(.*)/s);
      return (sources[Number(index)] as ThirdParty).read(rest);
    },
  };
}

/** Files of a moderate size, every so many of them, in the order of their names. */
function codeBelow(folder: string, kind: RegExp): ThirdParty {
  const all = (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
    .filter((path) => kind.test(path) && !path.includes('.cache') && !path.startsWith('.'))
    .sort();
  const every = Math.max(1, Math.floor(all.length / 900));
  const paths = all.filter((path, index) => {
    if (index % every !== 0) return false;
    const found = statSync(join(folder, path), { throwIfNoEntry: false });
    return found?.isFile() && found.size > 40 && found.size < 20_000;
  });
  return { paths, read: (path) => readFileSync(join(folder, path)) };
}
