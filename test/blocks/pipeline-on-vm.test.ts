// The script that runs the pipeline on the VM, with programs in place of the cloud, docker and systemd.
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { textsOf, treeOf } from '../support/repositories.ts';

const DIGEST = 'a'.repeat(64);
const FROM_ROOT = /(?<![\w.])\/(etc|opt|run|var\/lib)\//g;

const PROGRAMS = {
  aws: `#!/bin/bash
echo "aws $*" >> calls
[ ! -e down ] || { echo 'fatal error: Could not connect to the endpoint URL' >&2; exit 1; }
from=\${@: -2:1} to=\${@: -1}
case "$1 $2" in
's3 cp') case $from in
  s3://*) [ -e "bucket/\${from#s3://b/}" ] || { echo 'An error occurred (404)' >&2; exit 1; }; cp "bucket/\${from#s3://b/}" "$to" ;;
  *) to=bucket/\${to#s3://b/}; mkdir -p "$(dirname "$to")"; cp -r "$from" "$to" ;;
  esac ;;
's3api head-object') key=$(sed 's/.*--key \\([^ ]*\\).*/\\1/' <<< "$*"); [ -e "bucket/$key" ] || { echo '(404)' >&2; exit 1; }; cat "bucket/$key" ;;
esac`,
  docker: `#!/bin/bash
echo "docker $*" >> calls
case "$1 $2" in
'volume inspect') [ -d volume ] && echo "$PWD/volume" || exit 1 ;;
'volume create') mkdir volume ;;
cp*) cp -r image/. "\${@: -1}" ;;
'run '*) cp volume/gate.yaml seen; echo frozen >> volume/gate.yaml; mkdir -p volume/pipeline; echo {} > volume/pipeline/record; exit "$(cat exits)" ;;
esac`,
  systemctl:
    '#!/bin/sh\necho "systemctl $*" >> calls\n[ "$1" != is-active ] || cat active\n[ "$1" != show ] || cat next\n',
  journalctl: '#!/bin/sh\necho log\n',
  chown: '#!/bin/sh\n',
};

async function makeVm(settings: Record<string, string> = {}) {
  const root = temporaryFolder();
  const tree = [...textsOf(await treeOf({ cloud: 'aws', phase: '3' }))];
  const scripts = tree.filter(([path]) => path.startsWith('infra/vm.d/'));
  const env = {
    PROJECT: 'churn',
    PROVIDER: 'aws',
    REGION: 'r',
    BUCKET: 'b',
    IMAGE: 'ghcr.io/o/churn:v1',
    GPU: 'false',
    INSTANCE_TYPE: 't',
    MAX_HOURS: '1',
    STOP_WHEN_DONE: 'true',
    PIPELINE_CALENDAR: 'Mon *-*-* 03:00:00 UTC',
    PIPELINE_CLOCK: new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 16),
    PIPELINE_MAX_AGE_HOURS: '170',
    ...settings,
  };
  writeFiles(root, {
    ...Object.fromEntries(
      scripts.map(([path, text]) => [
        path.replace('infra/', 'opt/'),
        text.replaceAll(FROM_ROOT, `${root}/$1/`),
      ]),
    ),
    'etc/training/vm.env': Object.entries(env)
      .map(([key, value]) => `${key}='${value}'\n`)
      .join(''),
    'etc/training/env.d/.keep': '',
    'run/.keep': '',
    'var/lib/pipeline/.keep': '',
    'etc/systemd/system/.keep': '',
    'image/gate.yaml': 'gate 1\n',
    'image/pipeline.yaml': 'write_dvc_lock: true\n',
    calls: '',
    exits: '0',
    active: 'inactive\n',
    next: '',
    ...Object.fromEntries(Object.entries(PROGRAMS).map(([name, text]) => [`bin/${name}`, text])),
  });
  for (const name of Object.keys(PROGRAMS)) chmodSync(join(root, 'bin', name), 0o755);
  const options = {
    cwd: root,
    reject: false,
    env: { PATH: [join(root, 'bin'), process.env.PATH].join(delimiter) },
  } as const;
  return {
    root,
    read: (path: string) =>
      existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '',
    write: (files: Record<string, string>) => writeFiles(root, files),
    pipeline: (verb: string) => execa('bash', ['opt/vm.d/55-pipeline.sh', verb], options),
  };
}

const metrics = (calls: string) =>
  [...calls.matchAll(/--metric-name Failed --value (\d)/g)].map((one) => one[1]);
const HOUR_AGO = () => new Date(Date.now() - 3_600_000).toISOString();

test('a run of the pipeline brings its records and log to the bucket, reports and stops the VM', async () => {
  const vm = await makeVm();
  vm.write({ 'bucket/vm/pipeline/since': HOUR_AGO() });
  const done = await vm.pipeline('run');
  expect(done.exitCode, done.stderr).toBe(0);
  const calls = vm.read('calls');
  expect(calls).toMatch(
    /docker run .*--read-only .*--cap-drop=all .*--volume pipeline:\/work .*mlops\.pipeline\.run --trigger timer/,
  );
  expect(calls).toMatch(/s3:\/\/b\/runs\/\w+\/pipeline\n/);
  expect(calls).toMatch(/s3:\/\/b\/runs\/\w+\/pipeline\.log\n/);
  expect(metrics(calls)).toEqual(['0']);
  expect(calls).toContain('systemctl poweroff');
  expect(vm.read('volume/pipeline.yaml')).toBe('write_dvc_lock: false\n');
});

test('a failed run of the pipeline is reported and stops the VM, and the next one that succeeds takes it back', async () => {
  const vm = await makeVm();
  vm.write({
    'bucket/vm/pipeline/since': HOUR_AGO(),
    'bucket/vm/pipeline/succeeded': HOUR_AGO(),
    exits: '3',
  });
  const failed = await vm.pipeline('run');
  expect(failed.exitCode).toBe(3);
  expect(failed.stderr).toContain('the last run failed');
  expect(metrics(vm.read('calls'))).toEqual(['1']);
  expect(vm.read('calls')).toContain('systemctl poweroff');
  await new Promise((resolve) => setTimeout(resolve, 1100)); // times in the bucket are whole seconds
  vm.write({ exits: '0' });
  expect((await vm.pipeline('run')).exitCode).toBe(0);
  expect(metrics(vm.read('calls'))).toEqual(['1', '0']);
});

test('a run that is overdue is reported, and a bucket that cannot be read reports nothing', async () => {
  const vm = await makeVm({ PIPELINE_MAX_AGE_HOURS: '25' });
  const late = new Date(Date.now() - 26 * 3_600_000).toISOString();
  vm.write({ 'bucket/vm/pipeline/since': late, 'bucket/vm/pipeline/succeeded': late });
  expect((await vm.pipeline('check')).stderr).toContain('no run has succeeded for 25 hours');
  expect(metrics(vm.read('calls'))).toEqual(['1']);
  vm.write({ down: '', calls: '' });
  expect((await vm.pipeline('check')).stderr).toContain('so nothing is reported');
  expect(metrics(vm.read('calls'))).toEqual([]);
});

test('a start by the schedule reports and stops, but not while a run is due or going', async () => {
  const vm = await makeVm({
    PIPELINE_CLOCK: new Date(Date.now() - 120_000).toISOString().slice(11, 16),
  });
  vm.write({ 'bucket/vm/pipeline/since': HOUR_AGO() });
  for (const [files, stops] of [
    [{ next: new Date(Date.now() + 86_400_000).toISOString() }, true],
    [{ next: new Date(Date.now() + 120_000).toISOString() }, false],
    [{ next: '', active: 'activating\n' }, false],
  ] as const) {
    vm.write({ calls: '', ...files });
    await vm.pipeline('check');
    expect(vm.read('calls').includes('poweroff'), JSON.stringify(files)).toBe(stops);
  }
  await vm.pipeline('started');
  expect(vm.read('calls')).not.toContain('start --no-block pipeline.service');
});

test('a start at another time runs the pipeline, and a report does not stop that VM', async () => {
  const vm = await makeVm();
  await vm.pipeline('started');
  await vm.pipeline('check');
  expect(vm.read('calls')).toContain('systemctl start --no-block pipeline.service');
  expect(vm.read('calls')).not.toContain('poweroff');
});

test('what a run wrote into a setting stays until an image brings another version of it', async () => {
  const vm = await makeVm();
  await vm.pipeline('run');
  await vm.pipeline('run');
  expect(vm.read('seen')).toBe('gate 1\nfrozen\n');
  vm.write({ 'image/gate.yaml': 'gate 2\n' });
  await vm.pipeline('run');
  expect(vm.read('seen')).toBe('gate 2\n');
});

test('the pipeline runs the digest in the bucket, and refuses one of another repository', async () => {
  const vm = await makeVm();
  vm.write({ 'bucket/vm/pipeline/image': `ghcr.io/o/churn@sha256:${DIGEST}\n` });
  expect((await vm.pipeline('run')).exitCode).toBe(0);
  expect(vm.read('calls')).toContain(`docker pull --quiet ghcr.io/o/churn@sha256:${DIGEST}\n`);
  for (const image of [`ghcr.io/else/churn@sha256:${DIGEST}`, 'ghcr.io/o/churn:v2', '']) {
    vm.write({ 'bucket/vm/pipeline/image': `${image}\n`, calls: '' });
    const done = await vm.pipeline('run');
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toContain(`names "${image}"; it has to be "ghcr.io/o/churn@sha256:" and`);
    expect(vm.read('calls')).not.toContain('docker run');
  }
});

test('the units of the pipeline are valid to systemd', async () => {
  const vm = await makeVm();
  expect((await vm.pipeline('install')).exitCode).toBe(0);
  const timer = vm.read('etc/systemd/system/pipeline.timer');
  expect(timer).toContain(
    'OnCalendar=Mon *-*-* 03:00:00 UTC\nRandomizedDelaySec=3min\nPersistent=true\n',
  );
  expect(vm.read('calls')).toContain('enable --now pipeline.timer pipeline-check.timer');
  const units = [
    'pipeline.service',
    'pipeline.timer',
    'pipeline-check.service',
    'pipeline-check.timer',
  ];
  const paths = units.map((unit) => join(vm.root, 'etc/systemd/system', unit));
  const found = await execa('systemd-analyze', ['verify', '--man=no', ...paths], { reject: false });
  if (found.code === 'ENOENT')
    return console.log('the units are not verified: systemd-analyze is missing');
  expect({ code: found.exitCode, stderr: found.stderr }).toEqual({ code: 0, stderr: '' });
});
