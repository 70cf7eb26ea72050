import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { namesIn, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { choicesOf, textsOf, treeOf } from '../support/repositories.ts';

const CLOUDS = choicesOf('cloud').filter((cloud) => cloud !== 'none');
const SETTINGS =
  'REGION=a\nPROJECT=a\nBUCKET=a\nGOOGLE_PROJECT=a\nSTORAGE=a\nCONTAINER=a\nIDENTITY=a\nVAULT=a\n' +
  'TRACKING_DATABASE=sqlite\n';

/** The folders of a VM that the scripts name from the root. */
const FROM_ROOT = /(?<![\w.])\/(etc|opt|run|var\/lib)\//g;

/** path → text of a folder. */
const textsIn = (folder: string): Record<string, string> =>
  Object.fromEntries([...readFiles(folder)].map(([path, bytes]) => [path, String(bytes)]));

interface Vm {
  /** The folder in place of `/`. */
  root: string;
  /** Runs a line of bash on the VM. */
  run: (line: string) => Promise<{ code: number | undefined; stdout: string; stderr: string }>;
}

/** A VM of a cloud whose programs are these. */
async function makeVm(cloud: string, programs: Readonly<Record<string, string>>): Promise<Vm> {
  const root = temporaryFolder();
  const bin = join(root, 'bin');
  const scripts = [...textsOf(await treeOf({ cloud, phase: '2' }))]
    .filter(([path]) => path.startsWith('infra/vm.d/'))
    .map(([path, text]) => [
      path.replace('infra/', 'opt/'),
      text.replaceAll(FROM_ROOT, `${root}/$1/`),
    ]);
  writeFiles(root, {
    'var/lib/.keep': '',
    ...Object.fromEntries(scripts),
    'etc/training/vm.env': SETTINGS,
    'etc/training/env.d/.keep': '',
    'bin/chown': '#!/bin/sh\n',
    ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [`bin/${name}`, text])),
  });
  for (const name of ['chown', ...Object.keys(programs)]) chmodSync(join(bin, name), 0o755);
  const env = { PATH: [bin, process.env.PATH].join(delimiter) };
  return {
    root,
    run: async (line) => {
      const options = { cwd: root, env, stdin: 'ignore', reject: false } as const;
      const { exitCode, stdout, stderr } = await execa('bash', ['-c', line], options);
      return { code: exitCode, stdout, stderr };
    },
  };
}

/** Asks a cloud when an object was written; each of the cloud's programs does only what `program` says. */
async function askWhenChanged(cloud: string, program: string): Promise<string> {
  const vm = await makeVm(cloud, { aws: program, gcloud: program, curl: program });
  const line = '. opt/vm.d/10-cloud.sh functions; cloud_changed vm/look || echo absent';
  return (await vm.run(line)).stdout.trim();
}

// A start of the VM shortly after midnight would otherwise look like one with a new vm/look, and would not train.
test.each(CLOUDS)('on %s an absent object has no time, not the last midnight', async (cloud) => {
  expect(await askWhenChanged(cloud, '#!/bin/sh\nexit 1\n')).toBe('absent');
  expect(await askWhenChanged(cloud, '#!/bin/sh\nexit 0\n')).toBe('absent');
});

/** Programs of the clouds in front of the folder `bucket`; with a file `down`, the cloud does not answer. Messages are theirs. */
const STORE = {
  aws: `#!/bin/bash
[ ! -e down ] || { echo 'fatal error: Could not connect to the endpoint URL' >&2; exit 1; }
from=\${@: -2:1} to=\${@: -1}
case $from in
s3://*) [ -e "bucket/\${from#s3://a/}" ] || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation: Key "x" does not exist' >&2; exit 1; }
  cp "bucket/\${from#s3://a/}" "$to" ;;
*) mkdir -p "$(dirname "bucket/\${to#s3://a/}")"; cp "$from" "bucket/\${to#s3://a/}" ;;
esac`,
  gcloud: `#!/bin/bash
[ ! -e down ] || { echo 'ERROR: (gcloud) There was a problem refreshing your current auth tokens' >&2; exit 1; }
if [ "$1" = secrets ]; then echo 'ERROR: (gcloud.secrets.versions.access) NOT_FOUND: Secret not found or has no versions.' >&2; exit 1; fi
from=\${@: -2:1} to=\${@: -1}
case $from in
gs://*) [ -e "bucket/\${from#gs://a/}" ] || { echo 'ERROR: (gcloud.storage.cp) The following URLs matched no objects or files:' >&2; exit 1; }
  cp "bucket/\${from#gs://a/}" "$to" ;;
*) mkdir -p "$(dirname "bucket/\${to#gs://a/}")"; cp "$from" "bucket/\${to#gs://a/}" ;;
esac`,
  curl: `#!/bin/bash
case $* in *@-*) cat > /dev/null ;; esac
last= output= upload= written= url=
for word; do
  case $last in --output) output=$word ;; --upload-file) upload=$word ;; --write-out) written=yes ;; esac
  case $word in http*) url=$word ;; esac
  last=$word
done
finish() { [ -z "$written" ] || printf '\\n%s' "$1"; [ "$1" = 200 ] || { echo "curl: (22) $1" >&2; exit 22; }; exit 0; }
case $url in *169.254.169.254*) echo '{"access_token": "t"}'; exit 0 ;; esac
[ ! -e down ] || finish 503
key=\${url#https://a.blob.core.windows.net/a/}
case $url in *vault*) finish 404 ;; esac
if [ -n "$upload" ]; then mkdir -p "$(dirname "bucket/$key")"; cp "$upload" "bucket/$key"; finish 201; fi
[ -e "bucket/$key" ] || finish 404
cp "bucket/$key" "$output"; finish 200`.replace('finish 201', 'exit 0'),
};

describe.each(CLOUDS)('the tracking server on %s', (cloud) => {
  const PREPARE = 'bash opt/vm.d/40-tracking.sh prepare';
  const KEPT = {
    'vm/tracking/auth.db': 'users',
    'vm/tracking/runs.db': 'runs',
    'vm/tracking/password': 'old',
  };
  const HOME = 'var/lib/tracking';

  test('makes a password for the first VM and keeps it in the bucket', async () => {
    const vm = await makeVm(cloud, STORE);
    const { code, stderr } = await vm.run(PREPARE);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { password, 'auth.ini': settings } = textsIn(join(vm.root, HOME));
    expect(password).toMatch(/^\w{20,}$/);
    expect(settings).toContain(`admin_password = ${password}\n`);
    expect(textsIn(join(vm.root, 'bucket'))).toEqual({ 'vm/tracking/password': password });
    expect(namesIn(join(vm.root, HOME))).not.toContain('runs.db');
  });

  test('has the databases and the password of the bucket on a new VM', async () => {
    const vm = await makeVm(cloud, STORE);
    writeFiles(join(vm.root, 'bucket'), KEPT);
    const { code, stderr } = await vm.run(PREPARE);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const made = textsIn(join(vm.root, HOME));
    expect(made).toMatchObject({ 'auth.db': 'users', 'runs.db': 'runs', password: 'old' });
  });

  test('does not start when the bucket cannot be read, and leaves what is in the bucket', async () => {
    const vm = await makeVm(cloud, STORE);
    writeFiles(join(vm.root, 'bucket'), KEPT);
    writeFiles(vm.root, { down: '' });
    const { code, stderr } = await vm.run(PREPARE);
    expect(code).not.toBe(0);
    expect(stderr).toContain('vm/tracking/auth.db could not be read from the bucket');
    expect(namesIn(join(vm.root, HOME))).toEqual([]);
    await vm.run('rm down; bash opt/vm.d/40-tracking.sh keep');
    expect(textsIn(join(vm.root, 'bucket'))).toEqual(KEPT);
    expect((await vm.run(PREPARE)).code).toBe(0);
    expect(textsIn(join(vm.root, HOME))).toMatchObject({ 'runs.db': 'runs', password: 'old' });
  });

  test('is started again by systemd after a while, not five times in a second', async () => {
    const script = textsOf(await treeOf({ cloud, phase: '2' })).get('infra/vm.d/40-tracking.sh');
    expect(script).toMatch(/Restart=on-failure\nRestartSec=\d\d/);
  });
});

// The other cloud gives an empty list, not an error, where nothing is set.
test.each(CLOUDS.filter((cloud) => cloud !== 'aws'))(
  'on %s a training starts without keys when there are none, and not when they cannot be read',
  async (cloud) => {
    const vm = await makeVm(cloud, STORE);
    const line = 'set -e; . opt/vm.d/10-cloud.sh functions; cloud_environment; echo starts';
    const none = await vm.run(line);
    expect(none).toMatchObject({ code: 0, stdout: expect.stringMatching(/starts$/) });
    expect(none.stderr).toMatch(/has no (version|secret env)/);
    writeFiles(vm.root, { down: '' });
    const down = await vm.run(line);
    expect(down.code).not.toBe(0);
    expect(down.stdout).not.toContain('starts');
  },
);

test('on azure a training whose results cannot be stored fails when there is no token for the storage', async () => {
  const docker = `#!/bin/sh
case "$1 $2" in
'volume inspect') echo "$PWD/made" ;;
run*) mkdir made && echo model > made/model && touch down ;;
esac`;
  const quiet = '#!/bin/sh\n';
  const curl = STORE.curl.replace('\n', '\n[ ! -e down ] || exit 7\n');
  const vm = await makeVm('azure', { curl, docker, journalctl: quiet, systemctl: quiet });
  const settings = 'IMAGE=a\nPROVIDER=a\nGPU=false\nINSTANCE_TYPE=a\nMAX_HOURS=1\n';
  const line = `printf '${settings}STOP_WHEN_DONE=false\n' >> etc/training/vm.env; mkdir -p run; : > etc/training/command`;
  const done = await vm.run(`${line}; bash opt/vm.d/50-train.sh once`);
  expect(done).toMatchObject({ code: 74 });
});
