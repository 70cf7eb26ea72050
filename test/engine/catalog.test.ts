import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverBlocks } from '../../generators/engine/catalog.ts';
import { loadFiles } from '../../generators/engine/template-files.ts';
import { blockYaml, writeTemplates } from '../support/blocks.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { laterRefusalOf, refusalOf } from '../support/refusals.ts';

const templates = (more: Record<string, string | Buffer> = {}) =>
  writeTemplates(temporaryFolder(), more);

/** Why the small templates are refused with one more file. */
const refusalWith = (path: string, content: string) =>
  laterRefusalOf(discoverBlocks(templates({ [path]: content })));

describe('discoverBlocks', () => {
  test('finds the skeleton, every modality and every block by its folder', async () => {
    const catalog = await discoverBlocks(templates());
    expect([...catalog].map(([id, { kind }]) => `${kind} ${id}`)).toEqual([
      'skeleton skeleton',
      'modality tabular',
      'modality vision',
      'block extra',
      'block gate',
      'block tracker',
    ]);
  });

  test('gives a block an empty value for every key it leaves out', async () => {
    expect((await discoverBlocks(templates())).get('extra')).toMatchObject({
      provides: [],
      requires: [],
      conflicts: [],
      when: {},
      options: {},
      variables: {},
      slots: {},
      entries: {},
    });
  });

  test('adds the blocks and modalities of an outside folder', async () => {
    const own = temporaryFolder();
    writeFiles(own, {
      'blocks/ledger/block.yaml': blockYaml('ledger', { conflicts: ['extra'] }),
      'modalities/graph/block.yaml': blockYaml('graph'),
    });
    const catalog = await discoverBlocks(templates(), [own]);
    expect(catalog.get('ledger')?.kind).toBe('block');
    expect(catalog.get('graph')?.kind).toBe('modality');
  });

  test('finds the blocks of areas, and blocks without an area', async () => {
    const catalog = await discoverBlocks(
      templates({ 'blocks/data/crops/block.yaml': blockYaml('crops', { phase: 2 }) }),
    );
    expect(catalog.get('crops')).toMatchObject({ kind: 'block', area: 'data', phase: 2 });
    expect(catalog.get('extra')?.area).toBeUndefined();
  });

  test('refuses two blocks with one id in two areas, naming both', async () => {
    const message = await laterRefusalOf(
      discoverBlocks(
        templates({
          'blocks/data/crops/block.yaml': blockYaml('crops'),
          'blocks/llm/crops/block.yaml': blockYaml('crops'),
        }),
      ),
    );
    expect(message).toMatch(
      /blocks\/llm\/crops\/block\.yaml:1: .*blocks\/data\/crops\/block\.yaml:1/,
    );
  });

  test.each([
    ['with', { with: { trackng: { entries: { needs: { numpy: '' } } } } }],
    ['one of two names of with', { with: { 'gate+trackng': { entries: { needs: {} } } } }],
    ['whenPresent', { whenPresent: ['trackng'] }],
  ])('refuses an unknown name in %s, with the nearest one', async (_, stated) => {
    const message = await refusalWith('blocks/wrong/block.yaml', blockYaml('wrong', stated));
    expect(message).toMatch(/blocks\/wrong\/block\.yaml:\d+: there is no .*"trackng"\./);
    expect(message).toContain('Did you mean "tracking"?');
  });

  test('refuses an unknown slot in with', async () => {
    const stated = { with: { gate: { entries: { neds: { numpy: '' } } } } };
    expect(await refusalWith('blocks/wrong/block.yaml', blockYaml('wrong', stated))).toContain(
      'there is no slot "neds". Did you mean "needs"?',
    );
  });

  test('refuses a folder files+<other>/ whose name is no block and no capability', async () => {
    const message = await refusalWith('blocks/extra/files+trackr/a.txt', 'a\n');
    expect(message).toMatch(
      /blocks\/extra\/files\+trackr: there is no block or capability "trackr"/,
    );
    expect(message).toContain('Did you mean "tracker"?');
  });

  test('refuses a former id that another block has', async () => {
    const wrong = blockYaml('wrong', { aliases: ['gate'] });
    expect(await refusalWith('blocks/wrong/block.yaml', wrong)).toContain(
      '"gate" is an id or a former id of "gate" already',
    );
  });

  test('refuses an entry of a slot that no block declares, with its line and the nearest slot', async () => {
    const wrong = blockYaml('wrong', { entries: { depndencies: { numpy: '>=2' } } });
    expect(await refusalWith('blocks/wrong/block.yaml', wrong)).toMatch(
      /blocks\/wrong\/block\.yaml:\d+: there is no slot "depndencies"\./,
    );
  });

  test('refuses an outside folder without a block', async () => {
    const own = temporaryFolder();
    const message = await laterRefusalOf(discoverBlocks(templates(), [own]));
    expect(message).toContain(`"${own}" holds no block.`);
  });

  test('refuses an outside block with the id of one that is there, naming both', async () => {
    const own = temporaryFolder();
    writeFiles(own, { 'blocks/tracker/block.yaml': blockYaml('tracker') });
    const message = await laterRefusalOf(discoverBlocks(templates(), [own]));
    expect(message).toContain('there is a block "tracker" already');
    expect(message.match(/tracker\/block\.yaml:1/g)).toHaveLength(2);
  });

  test('refuses a block with the id of a modality', async () => {
    const message = await refusalWith('blocks/vision/block.yaml', blockYaml('vision'));
    expect(message).toContain('there is a block "vision" already');
  });

  test('refuses an id that is not the name of the folder', async () => {
    const message = await refusalWith('blocks/ledger/block.yaml', blockYaml('book'));
    expect(message).toMatch(/ledger\/block\.yaml:1: the id is "book", the folder "ledger"\./);
  });

  test('refuses a block folder without a block.yaml', async () => {
    const message = await refusalWith('blocks/ledger/docs.md', '# Ledger\n');
    expect(message).toContain('blocks/ledger/block.yaml" is missing.');
  });

  test.each([
    ['modalities', 'modality', 'tabluar', 'tabular'],
    ['conflicts', 'block', 'gaet', 'gate'],
    ['requires', 'capability', 'traking', 'tracking'],
  ])('refuses a name under "%s" that no %s has', async (key, what, given, meant) => {
    const text = blockYaml('ledger', { [key]: [given] });
    const message = await refusalWith('blocks/ledger/block.yaml', text);
    expect(message).toMatch(/blocks\/ledger\/block\.yaml:\d+: /);
    expect(message).toContain(`there is no ${what} "${given}". Did you mean "${meant}"?`);
  });

  test('refuses a "when" about a question that no block asks', async () => {
    const text = blockYaml('ledger', { when: { serber: 'x' } });
    const message = await refusalWith('blocks/ledger/block.yaml', text);
    expect(message).toMatch(/blocks\/ledger\/block\.yaml:\d+: there is no question "serber"/);
    expect(message).toContain('Did you mean "server"?');
  });
});

describe('loadFiles', () => {
  const blockWith = async (files: Record<string, string | Buffer>) => {
    const folder = templates({ 'blocks/ledger/block.yaml': blockYaml('ledger') });
    writeFiles(join(folder, 'blocks/ledger/files'), files);
    const ledger = (await discoverBlocks(folder)).get('ledger');
    if (!ledger) throw new Error('no ledger');
    return ledger;
  };
  const filesOf = async (files: Record<string, string | Buffer>) =>
    loadFiles(await blockWith(files)).files;

  test('turns "dot_" at the start of a name into a dot, in folders and files', async () => {
    const files = await filesOf({ 'dot_github/dot_x/a.yml': '', 'src/not_dot_a.py': '' });
    expect(files.map((file) => file.path)).toEqual(['.github/.x/a.yml', 'src/not_dot_a.py']);
  });

  test('drops ".ejs" from the path and knows that the file is filled in', async () => {
    expect(await filesOf({ 'a.toml.ejs': '', 'b.toml': '' })).toMatchObject([
      { path: 'a.toml', filled: true },
      { path: 'b.toml', filled: false },
    ]);
  });

  test('leaves out what interpreters and editors leave behind', async () => {
    const files = await filesOf({
      '.DS_Store': '',
      'a.py': '',
      'src/__pycache__/a.pyc': '',
      'src/.ruff_cache/x': '',
      'src/.mypy_cache/x': '',
      'src/.pytest_cache/x': '',
      'infra/.terraform/x': '',
    });
    expect(files.map((file) => file.path)).toEqual(['a.py']);
  });

  test('a block without files has none', async () => {
    expect(await filesOf({})).toEqual([]);
  });

  test.each([
    'dot_git/hooks/post-commit',
    'sub/dot_git/config',
    'dot_GIT/config',
    'dot_./above.txt',
  ])(
    'refuses "%s", which would lie in the folder of git or outside of the repository',
    async (path) => {
      const owner = await blockWith({ [path]: 'x' });
      expect(refusalOf(() => loadFiles(owner))).toContain(`files/${path}`);
    },
  );

  test.each(['dot_yo-rc.json', 'dot_nimble-ml.lock.json.ejs'])(
    'refuses "%s", which the generator writes itself',
    async (path) => {
      const owner = await blockWith({ [path]: '{}' });
      expect(refusalOf(() => loadFiles(owner))).toContain(`files/${path}`);
    },
  );
});
