import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findContainers } from '../machine/containers.ts';
import { countTests } from '../repository/tests.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Development container',
  needs: 'Docker, or buildah and podman as root on Linux.',
  proves: 'The development container opens the repository, installs it and passes poe check.',
  from: 2,
  scope: 'tooling',
  requires: ['sync'],
  run: openContainer,
};

interface Settings {
  image: string;
  remoteUser: string;
  onCreateCommand: string;
  updateContentCommand: string;
  containerEnv: Record<string, string>;
  remoteEnv: Record<string, string>;
}

const MOST_SECONDS = 1200;

/** What an editor does when it opens the folder in the container; then `poe check`. */
async function openContainer(workspace: Workspace): Promise<string> {
  const containers = await findContainers(workspace.machine);
  const file = join(workspace.repository, '.devcontainer', 'devcontainer.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as Settings;
  await containers.provide([settings.image]);
  const folder = join(workspace.scratch, 'opened');
  await workspace.machine.run('git', ['clone', '--quiet', workspace.repository, folder]);
  const script = join(workspace.scratch, 'open.sh');
  await writeFile(script, openScript(settings));
  const mounts = [
    `--volume=${folder}:/workspaces/${workspace.name}`,
    `--volume=${script}:/open.sh:ro`,
  ];
  const passed = ['UV_INDEX', 'UV_DEFAULT_INDEX', 'PIP_INDEX_URL', 'OMP_NUM_THREADS'];
  const variables = passed
    .filter((name) => workspace.machine.env[name])
    .map((name) => `--env=${name}`);
  const words = ['--rm', '--network=host', '--user=root', ...mounts, ...variables];
  const { output } = await containers.docker(
    [
      'run',
      ...words,
      `--workdir=/workspaces/${workspace.name}`,
      settings.image,
      'bash',
      '/open.sh',
    ],
    { log: workspace.log, seconds: MOST_SECONDS },
  );
  const tests = countTests(output);
  if (!tests) throw new Failure(`"poe check" ran no test in the container:\n${output}`);
  return tests;
}

/** The fake of the image lacks git and the user that the real one brings. */
function openScript(settings: Settings): string {
  const { remoteUser: user, containerEnv, remoteEnv } = settings;
  const exports = (values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => {
      const here = value.replaceAll(/\$\{containerEnv:(\w+)\}/g, '$$$1');
      return `export ${name}="${here}"`;
    });
  const inside = [
    'set -e',
    `export HOME=/home/${user}`,
    ...exports(containerEnv),
    settings.onCreateCommand,
    settings.updateContentCommand,
    ...exports(remoteEnv),
    'uv run poe check',
  ];
  return [
    'set -e',
    'command -v git >/dev/null || { apt-get -qq update && apt-get -qq install --yes git >/dev/null; }',
    `id -u ${user} >/dev/null 2>&1 || useradd --create-home ${user}`,
    `chown -R ${user} .`,
    `cat > /tmp/inside.sh <<'END'\n${inside.join('\n')}\nEND`,
    `exec su ${user} --shell /bin/bash --preserve-environment /tmp/inside.sh`,
    '',
  ].join('\n');
}
