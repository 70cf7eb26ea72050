/** Runs uv with its progress in view, as plain lines in CI: why it failed, or undefined. */
export async function runUv(
  directory: string,
  args: readonly string[],
): Promise<string | undefined> {
  const { execa } = await import('execa');
  const { failed, code, exitCode, signal } = await execa('uv', args, {
    cwd: directory,
    env: uvEnvironment(),
    extendEnv: false,
    stdin: 'ignore',
    stdout: process.stderr,
    stderr: process.stderr,
    reject: false,
  });
  if (!failed) return undefined;
  if (code === 'ENOENT') return 'uv is not installed (https://docs.astral.sh/uv).';
  if (exitCode === undefined && signal === undefined) return `uv could not be started: ${code}.`;
  const end =
    exitCode === undefined ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
  return `"uv ${args.join(' ')}" ${end}; the lines above say why.`;
}

/** Runs uv out of view; without an exit code it could not be run. */
export async function askUv(
  directory: string,
  args: readonly string[],
): Promise<{ exitCode?: number; stderr: string }> {
  const { execa } = await import('execa');
  return execa('uv', args, {
    cwd: directory,
    env: uvEnvironment(),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
}

/** The user's environment, without another project's virtual environment, and without moving bars in a log of CI. */
function uvEnvironment(): NodeJS.ProcessEnv {
  const { VIRTUAL_ENV: _other, ...inherited } = process.env;
  return inherited.CI ? { UV_NO_PROGRESS: '1', ...inherited } : inherited;
}
