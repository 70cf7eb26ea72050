import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { choicesOf, textsOf, treeOf } from '../support/repositories.ts';

const CLOUDS = choicesOf('cloud').filter((cloud) => cloud !== 'none');
const SETTINGS =
  'REGION=a\nPROJECT=a\nBUCKET=a\nGOOGLE_PROJECT=a\nSTORAGE=a\nCONTAINER=a\nIDENTITY=a\n';

/** Asks a cloud when an object was written; each of the cloud's programs does only what `program` says. */
async function askWhenChanged(cloud: string, program: string): Promise<string> {
  const folder = temporaryFolder();
  const functions = textsOf(await treeOf({ cloud })).get('infra/vm.d/10-cloud.sh') ?? '';
  const bin = join(folder, 'bin');
  writeFiles(folder, {
    'vm.env': SETTINGS,
    'cloud.sh': functions.replaceAll('/etc/training/vm.env', join(folder, 'vm.env')),
    'bin/aws': program,
    'bin/gcloud': program,
    'bin/curl': program,
  });
  for (const name of ['aws', 'gcloud', 'curl']) chmodSync(join(bin, name), 0o755);
  const script = `. ${folder}/cloud.sh functions; cloud_changed vm/look || echo absent`;
  const env = { PATH: [bin, process.env.PATH].join(delimiter) };
  const { stdout } = await execa('bash', ['-c', script], { env, stdin: 'ignore' });
  return stdout.trim();
}

// A start of the VM shortly after midnight would otherwise look like one with a new vm/look, and would not train.
test.each(CLOUDS)('on %s an absent object has no time, not the last midnight', async (cloud) => {
  expect(await askWhenChanged(cloud, '#!/bin/sh\nexit 1\n')).toBe('absent');
  expect(await askWhenChanged(cloud, '#!/bin/sh\nexit 0\n')).toBe('absent');
});
