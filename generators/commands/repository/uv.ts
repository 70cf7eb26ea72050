import { spawn } from 'node:child_process';

/** Runs uv with its progress in view: why it failed, or nothing. */
export function runUv(directory: string, args: readonly string[]): Promise<string | undefined> {
  const { VIRTUAL_ENV: _other, ...env } = process.env;
  return new Promise((settle) => {
    const child = spawn('uv', args, {
      cwd: directory,
      env,
      stdio: ['ignore', process.stderr, process.stderr],
    });
    child.on('error', () => settle('uv is not installed (https://docs.astral.sh/uv).'));
    child.on('close', (code) => {
      const failed = `"uv ${args.join(' ')}" failed with exit code ${code}; the lines above say why.`;
      settle(code === 0 ? undefined : failed);
    });
  });
}
