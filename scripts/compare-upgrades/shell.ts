import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tree } from './template.ts';

/** Everybody's environment: an identity, and no configuration of this machine. */
export function quietEnvironment(home: string): void {
  for (const key of Object.keys(process.env)) if (key.startsWith('GIT_')) delete process.env[key];
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n',
  );
  Object.assign(process.env, {
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
  });
}

/** Runs a command to its end. */
export function execute(cwd: string, file: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status ?? -1, stdout: String(stdout), stderr: String(stderr) };
}

/** Runs git, which has to work. */
export function git(cwd: string, ...args: readonly string[]): string {
  const { code, stdout, stderr } = execute(cwd, 'git', ...args);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

/** Writes path → content; null takes a file away. */
export function put(folder: string, files: Readonly<Record<string, Tree[string] | null>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (content === null) rmSync(file, { recursive: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
}

/** All that lies there, as one commit. */
export function commitAll(folder: string, message = 'What a user did'): void {
  git(folder, 'add', '-A');
  git(folder, 'commit', '--quiet', '--allow-empty', '--no-verify', '-m', message);
}

export const read = (folder: string, path: string) =>
  existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'latin1') : undefined;

/** Changes a text inside a file. */
export function change(folder: string, path: string, from: string, to: string): void {
  const text = read(folder, path) ?? '';
  if (!text.includes(from)) throw new Error(`"${path}" does not hold "${from}"`);
  put(folder, { [path]: Buffer.from(text.replace(from, to), 'latin1') });
}
