import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { git } from '../../support/git.ts';
import { randomFrom } from '../oracle/random.ts';
import { commit, edited, has, read, repositoryOf, run } from '../support/repository.ts';
import { snapshotFiles } from '../support/snapshot.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const SEED = Number(process.env.GIT_OUTPUT_SEED ?? 20_261_129);
const REAL = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** A git whose output is changed in one command: cut short, mixed with other bytes, in another language, or empty. */
const FAKE = [
  '#!/bin/sh',
  'found=no',
  'for one in "$@"; do if [ "$one" = "$FAKE_GIT_COMMAND" ]; then found=yes; fi; done',
  `if [ $found = no ]; then exec ${REAL} "$@"; fi`,
  'case $FAKE_GIT_KIND in',
  `cut) ${REAL} "$@" | head -c "$FAKE_GIT_AT"; exit 0;;`,
  `bytes) cat "$FAKE_GIT_BYTES"; ${REAL} "$@"; exit $?;;`,
  `end) ${REAL} "$@"; code=$?; cat "$FAKE_GIT_BYTES"; exit $code;;`,
  'only) cat "$FAKE_GIT_BYTES"; exit 0;;',
  'none) exit 0;;',
  'words) echo "Schwerer Fehler: Objekt nicht gefunden" >&2; exit 128;;',
  `warned) echo "Warnung: Konfiguration ist veraltet" >&2; exec ${REAL} "$@";;`,
  'esac',
].join('\n');

const KINDS = ['cut', 'bytes', 'end', 'only', 'none', 'words', 'warned'];
const COMMANDS = [
  'status',
  'rev-parse',
  'ls-tree',
  'diff-tree',
  'merge-tree',
  'fast-import',
  'cat-file',
  'log',
  'ls-files',
  'read-tree',
  'pack-objects',
  'commit-tree',
  'update-ref',
  'update-index',
  'checkout-index',
  '--version',
  'config',
  'hash-object',
  'write-tree',
  'symbolic-ref',
  'grep',
];

/** All kinds by a seed of one's own, else some: each is an upgrade. */
const part: [number, number] = process.env.GIT_OUTPUT_SEED
  ? [0, KINDS.length]
  : [SEED % 3, (SEED % 3) + 2];

const random = randomFrom(SEED);
/** Lines, names and zero bytes as git prints them, in an order that it never has, and bytes of no encoding. */
function makeBytes(): Buffer {
  const parts = [
    '100644 blob ',
    '0123456789012345678901234567890123456789',
    '\t',
    '\0',
    '\n',
    'é',
    ':100644 100644 ',
    'R100',
    '1 .M N... ',
    '?? ',
    '-1',
    '../../etc/passwd',
    'ref: refs/heads/',
    ' missing\n',
  ];
  const chosen = Array.from({ length: 1 + random.below(12) }, () =>
    random.chance(0.25)
      ? Buffer.from(Array.from({ length: 1 + random.below(9) }, () => random.below(256)))
      : Buffer.from(random.pick(parts)),
  );
  return Buffer.concat(chosen);
}

describe.runIf(process.platform !== 'win32')('whatever git prints for', () => {
  test.each(COMMANDS)(
    '%s, it is no stack trace, and no line of the user is lost',
    async (name) => {
      const bin = temporaryFolder();
      writeFiles(bin, { git: `${FAKE}\n` });
      chmodSync(join(bin, 'git'), 0o755);
      const origin = await repositoryOf(V1);
      commit(origin, {
        ...edited(origin, 'notes/plan.md', 'Point 1 of', 'My point 1 of'),
        'notes/ideas.md': null,
        'notes/thoughts.md': read(origin, 'notes/ideas.md'),
      });
      const head = git(origin, 'rev-parse', 'HEAD');
      const before = snapshotFiles(origin);
      // A "cat-file" that is cut short and still runs is one that never answers, as a disk may do.
      for (const kind of KINDS.filter((one) => name !== 'cat-file' || one !== 'cut').slice(
        ...part,
      )) {
        writeFileSync(join(bin, 'bytes'), makeBytes());
        const env = {
          PATH: `${bin}:${process.env.PATH}`,
          FAKE_GIT_COMMAND: name,
          FAKE_GIT_KIND: kind,
          FAKE_GIT_AT: String(random.below(300)),
          FAKE_GIT_BYTES: join(bin, 'bytes'),
        };
        const ended = await run(V2, origin, ['phase', '2'], env);
        const what = `${name} ${kind} at ${env.FAKE_GIT_AT}: ${ended.stderr}`;
        expect(ended.stderr, what).not.toMatch(/\n\s+at /);
        expect([0, 1, 2], what).toContain(ended.code);
        if (has(origin, '.git/MERGE_HEAD')) git(origin, 'merge', '--abort');
        if (ended.code === 2) expect(snapshotFiles(origin), what).toEqual(before);
        else if (git(origin, 'rev-parse', 'HEAD') !== head)
          expect(read(origin, 'notes/plan.md'), what).toContain('My point 1 of');
        git(origin, 'reset', '--quiet', '--hard', head);
      }
    },
    120_000,
  );
});
