import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const isWindows = process.platform === 'win32';

/** Whether a program of this name is on the PATH; it is not started. */
export function isOnPath(name: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const names = isWindows ? [`${name}.exe`, `${name}.cmd`] : [name];
  return folders.some((folder) => names.some((file) => isExecutable(join(folder, file))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The one line that installs uv on this system. */
export const INSTALL_UV = isWindows
  ? 'powershell -c "irm https://astral.sh/uv/install.ps1 | iex"'
  : 'curl -LsSf https://astral.sh/uv/install.sh | sh';
