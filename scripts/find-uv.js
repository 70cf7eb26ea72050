// Finds uv, or fetches it with pip into a folder of our own: nothing is installed into anybody's Python.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const isWindows = process.platform === 'win32';

/** The folder that keeps what is fetched, outside every checkout. `NIMBLE_ML_CACHE` moves it. */
export function cacheFolder(env = process.env) {
  if (env.NIMBLE_ML_CACHE) return env.NIMBLE_ML_CACHE;
  if (isWindows && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'generator-nimble-ml');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'generator-nimble-ml');
}

/**
 * The path of a working uv. `say` hears one line when it has to be fetched.
 * @param {(line: string) => void} [say]
 * @returns {string}
 */
export function findUv(say = () => {}) {
  const onPath = searchPath(isWindows ? 'uv.exe' : 'uv');
  if (onPath && answers(onPath)) return onPath;
  const target = join(cacheFolder(), 'uv');
  const own = join(target, 'bin', isWindows ? 'uv.exe' : 'uv');
  if (existsSync(own) && answers(own)) return own;
  say(`uv is not installed: fetching it with pip into ${target} (nothing else is changed)`);
  mkdirSync(target, { recursive: true });
  const python = findPython();
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', target, 'uv'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  });
  if (!answers(own)) throw new Error(`"${own}" does not run; install uv by hand and try again`);
  return own;
}

function findPython() {
  const names = isWindows ? ['py', 'python'] : ['python3', 'python'];
  const found = names.find((name) => answers(name, ['-m', 'pip', '--version']));
  if (found) return found;
  throw new Error('neither uv nor a Python with pip is here; install one of them and try again');
}

/** @param {string} file */
function searchPath(file) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, file)).find((path) => existsSync(path));
}

/** @param {string} command */
function answers(command, args = ['--version']) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] && import.meta.filename === process.argv[1]) {
  console.log(findUv((line) => console.error(line)));
}
