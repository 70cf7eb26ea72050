import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAnswersFile } from '../../generators/cli/answers-file.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { laterRefusalOf } from '../support/refusals.ts';

/** What a file with this content holds. */
function read(content: string | Buffer) {
  const folder = temporaryFolder();
  writeFiles(folder, { 'answers.yaml': content });
  return readAnswersFile(join(folder, 'answers.yaml'));
}

test.each([
  ['YAML', 'name: churn\nphase: 2\nserver: true\nwith: [a, b]\n'],
  ['JSON', '{ "name": "churn", "phase": 2, "server": true, "with": ["a", "b"] }'],
  [
    'YAML that starts with a byte order mark',
    '\ufeffname: churn\nphase: 2\nserver: true\nwith: [a, b]\n',
  ],
  [
    'YAML with the line endings of Windows',
    'name: churn\r\nphase: 2\r\nserver: true\r\nwith: [a, b]\r\n',
  ],
])('an answers file in %s is read', async (_, content) => {
  expect(await read(content)).toEqual({ name: 'churn', phase: 2, server: true, with: ['a', 'b'] });
});

test('words that YAML 1.1 reads as a boolean or a date stay text', async () => {
  expect(await read('a: yes\nb: off\nc: 2026-01-02\nd: 1:30\n')).toEqual({
    a: 'yes',
    b: 'off',
    c: '2026-01-02',
    d: '1:30',
  });
});

test.each([
  ['broken YAML', 'name: [churn\n', 'is neither YAML nor JSON: '],
  ['a key given twice', 'name: a\nname: b\n', 'is neither YAML nor JSON: Map keys must be unique'],
  ['two documents', 'name: a\n---\nname: b\n', 'is neither YAML nor JSON: '],
  [
    'an unknown tag',
    'name: !!python/object/apply:os.system ["id"]\n',
    'is neither YAML nor JSON: ',
  ],
  [
    'aliases that multiply',
    `a: &a [x]\n${[...'bcdefghij'].map((key, i) => `${key}: &${key} [${`*${'abcdefghij'[i]},`.repeat(9)}]`).join('\n')}\n`,
    'is neither YAML nor JSON: ',
  ],
  ['brackets without end', '['.repeat(50_000), 'is neither YAML nor JSON: '],
  ['a list', '- name: churn\n', 'holds no answers'],
  ['a word', 'churn\n', 'holds no answers'],
  ['nothing', '', 'holds no answers'],
  ['bytes that are not UTF-8', Buffer.from('author: Zo\xeb\n', 'latin1'), 'is not UTF-8'],
  ['UTF-16', Buffer.from('\ufeffname: churn\n', 'utf16le'), 'is not UTF-8'],
  ['too many bytes', `# ${'x'.repeat(1_000_001)}\n`, 'is too long'],
])('an answers file with %s is refused', async (_, content, reason) => {
  const message = await laterRefusalOf(read(content));
  expect(message).toMatch(/^--answers: ".*answers\.yaml" /);
  expect(message).toContain(reason);
});

test('an answers file that does not exist, or is a folder, is refused', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  for (const path of [join(folder, 'none.yaml'), join(folder, 'sub')]) {
    expect(await laterRefusalOf(readAnswersFile(path))).toBe(
      `--answers: there is no file "${path}".`,
    );
  }
});

test('an answers file too large for memory is refused before it is read', async () => {
  const path = join(temporaryFolder(), 'answers.yaml');
  writeFileSync(path, '');
  truncateSync(path, 3_000_000_000);
  expect(await laterRefusalOf(readAnswersFile(path))).toContain('is too long');
});

test.runIf(process.platform === 'linux')(
  'an answers file that cannot be read is refused',
  async () => {
    expect(await laterRefusalOf(readAnswersFile('/proc/self/mem'))).toContain(
      'cannot be read: EIO',
    );
  },
);

test.runIf(process.getuid !== undefined && process.getuid() !== 0)(
  'an answers file without read permission is refused',
  async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'answers.yaml': 'name: a\n' });
    chmodSync(join(folder, 'answers.yaml'), 0);
    const message = await laterRefusalOf(readAnswersFile(join(folder, 'answers.yaml')));
    expect(message).toContain('cannot be read: EACCES');
  },
);
