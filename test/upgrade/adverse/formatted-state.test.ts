import { describe, expect, test } from 'vitest';
import { git } from '../../support/git.ts';
import { commit, expectFinished, read, repositoryOf, run } from '../support/repository.ts';
import { packageWith, SECOND } from '../support/templates.ts';

const V1 = packageWith();
const V2 = packageWith(SECOND, '0.2.0');
const STATE = ['.yo-rc.json', '.nimble-ml.lock.json'] as const;

/** What formatters make of JSON: the indent, and short arrays on one line. */
const prettier = (text: string, indent: string | number = 2) =>
  `${JSON.stringify(JSON.parse(text), null, indent)}\n`.replace(
    /\[\s+([^[\]{}]*?)\s+\]/g,
    (array, items: string) => {
      const line = `[${items.replace(/\s*\n\s*/g, ' ')}]`;
      return line.length < 50 ? line : array;
    },
  );

const LAYOUTS: [string, (text: string) => string][] = [
  ['prettier', (text) => prettier(text)],
  ['biome, with tabs', (text) => prettier(text, '\t')],
  ['four blanks', (text) => `${JSON.stringify(JSON.parse(text), null, 4)}\n`],
  ['one line', (text) => JSON.stringify(JSON.parse(text))],
  ['line endings of Windows', (text) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text) => `\ufeff${text}`],
  [
    'sorted keys',
    (text) => {
      const { files, ...rest } = JSON.parse(text);
      return `${JSON.stringify({ ...(files ? { files } : {}), ...rest }, null, 2)}\n`;
    },
  ],
];

describe.each(LAYOUTS)('state files that a team formats: %s', (layout, format) => {
  test('update does nothing, and changes only values when there is something to do', async () => {
    const folder = await repositoryOf(V1);
    commit(folder, Object.fromEntries(STATE.map((path) => [path, format(read(folder, path))])));
    const [head, ...texts] = [
      git(folder, 'rev-parse', 'HEAD'),
      ...STATE.map((path) => read(folder, path)),
    ];
    expect(await run(V1, folder, ['update'])).toMatchObject({ code: 0 });
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(head);
    expect(STATE.map((path) => read(folder, path))).toEqual(texts);
    await expectFinished(folder, () => run(V2, folder, ['update']));
    for (const path of STATE) {
      const text = Buffer.from(read(folder, path), 'latin1').toString();
      const plain = text.replace(/^\ufeff/, '');
      if (layout !== 'sorted keys' && layout !== 'one line') {
        const bare = format(`${JSON.stringify(JSON.parse(plain), null, 2)}\n`);
        expect(text, path).toBe(bare);
      }
    }
    const after = git(folder, 'rev-parse', 'HEAD');
    expect(await run(V2, folder, ['update'])).toMatchObject({ code: 0 });
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(after);
  });
});
