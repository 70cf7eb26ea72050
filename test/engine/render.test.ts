import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LoadedBlock } from '../../generators/engine/block.ts';
import { render } from '../../generators/engine/render.ts';
import { answersOf, block, QUESTIONS, skeleton, withFiles } from '../support/blocks.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { refusalOf } from '../support/refusals.ts';

const RELEASE = { version: '1.2.3', provenOn: '2026-01-02' };

const renderAll = (blocks: readonly LoadedBlock[], given: Record<string, unknown> = {}) =>
  render(answersOf({ description: 'A "bold" idea', ...given }), blocks, RELEASE);

const textsOf = (...args: Parameters<typeof renderAll>) =>
  Object.fromEntries([...renderAll(...args)].map(([path, { bytes }]) => [path, String(bytes)]));

/** A skeleton with the usual questions and these files. */
const root = (files: Record<string, string | Buffer>, stated = {}) =>
  withFiles(skeleton({ options: QUESTIONS, ...stated }), files);

describe('files that are copied', () => {
  test('the placeholder package becomes the package in paths and in text', () => {
    const tree = textsOf([
      root({
        'src/nimble_package/nimble_package_x.py': 'import nimble_package # nimble_package\n',
      }),
    ]);
    expect(tree).toEqual({
      'src/churn_model/churn_model_x.py': 'import churn_model # churn_model\n',
    });
  });

  test('text that looks like EJS stays as it is in a file without .ejs', () => {
    const text = 'a: ${{ matrix.os }} <%= name %>\n';
    expect(textsOf([root({ 'ci.yml': text })])).toEqual({ 'ci.yml': text });
  });

  test('a file with a zero byte is untouched, even where it spells the placeholder package', () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from('nimble_package')]);
    expect(renderAll([root({ 'a.bin': bytes })]).get('a.bin')?.bytes).toEqual(bytes);
  });

  test('bytes that are no UTF-8 are untouched, zero byte or not', () => {
    const bytes = Buffer.concat([
      Buffer.from('caf\xe9 \x89PNG', 'latin1'),
      Buffer.alloc(9000, 200),
    ]);
    const written = renderAll([root({ 'a.bin': bytes })]).get('a.bin')?.bytes;
    expect(written?.equals(bytes)).toBe(true);
  });

  test('a file that starts with "#!" may be run, any other may not', () => {
    const tree = renderAll([root({ run: '#!/bin/sh\n', 'notes.md': ' #!/bin/sh\n' })]);
    expect(tree.get('run')?.mode).toBe('100755');
    expect(tree.get('notes.md')?.mode).toBe('100644');
  });
});

describe('files that are filled in', () => {
  test('they print answers, variables, slots, the release and the package', () => {
    const owner = root(
      {
        'a.txt.ejs': [
          '<%= name %> <%= package %> <%= modality %> <%= phase %> <%= spdx %>',
          '<%= generator_version %> <%= proven_on %>',
          '<%_ for (const [key, value] of slots.needs) { _%>',
          '- <%= key %> <%= value %>',
          '<%_ } _%>',
          '',
        ].join('\n'),
      },
      { slots: { needs: { file: 'a.txt' } }, variables: { spdx: 'MIT' } },
    );
    const filler = withFiles(block('filler', { entries: { needs: { b: '>2', a: '<1' } } }), {});
    expect(textsOf([owner, filler])['a.txt']).toBe(
      'churn-model churn_model tabular 1 MIT\n1.2.3 2026-01-02\n- a <1\n- b >2\n',
    );
  });

  test('nothing is escaped: a template chooses the language of a text', () => {
    const files = { 'a.txt.ejs': '<%= toml.description %> <%- plain.description %>' };
    expect(textsOf([root(files)])['a.txt']).toBe('"A \\"bold\\" idea" A "bold" idea');
  });

  test('free text is not there in a raw form', () => {
    const message = refusalOf(() => renderAll([root({ 'a.txt.ejs': 'x\n<%= description %>\n' })]));
    expect(message).toMatch(/files\/a\.txt\.ejs:2: there is no variable "description"\./);
  });

  test('a variable that is not there is refused by file and line, with the nearest and all others', () => {
    const message = refusalOf(() => renderAll([root({ 'a.txt.ejs': 'a\nb\n<%= pakage %>\n' })]));
    expect(message).toMatch(/^skeleton\/files\/a\.txt\.ejs:3: there is no variable "pakage"\./);
    expect(message).toContain('Did you mean "package"? Allowed: "authors", "blocks", ');
  });

  test('a slot that is not there is refused by file and line', () => {
    const files = { 'a.txt.ejs': 'a\n<% for (const [k] of slots.neds) { %><%= k %><% } %>\n' };
    const message = refusalOf(() =>
      renderAll([root(files, { slots: { needs: { file: 'a.txt' } } })]),
    );
    expect(message).toMatch(/a\.txt\.ejs:2: there is no slot "neds"\. Did you mean "needs"\?/);
  });

  test('a free text that is not there is refused by file and line', () => {
    const message = refusalOf(() => renderAll([root({ 'a.txt.ejs': '<%= toml.descripton %>' })]));
    expect(message).toMatch(/a\.txt\.ejs:1: there is no free text "descripton"\./);
  });

  test('EJS that does not parse is refused by file', () => {
    const message = refusalOf(() => renderAll([root({ 'a.txt.ejs': '<% for ( { %>' })]));
    expect(message).toMatch(/^skeleton\/files\/a\.txt\.ejs:\d+: /);
  });

  test('an answer is printed, not run', () => {
    const description = '<%= process.exit(7) %> ${{ secrets.TOKEN }} nimble_package';
    const files = { 'a.txt.ejs': '<%= plain.description %>' };
    expect(textsOf([root(files)], { description })['a.txt']).toBe(description);
  });

  test('a template cannot read the disk', () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'secret.ejs': 'read from disk' });
    const files = { 'a.txt.ejs': `<%- include('${folder}/secret') %>` };
    const message = refusalOf(() => renderAll([root(files)]));
    expect(message).toMatch(/a\.txt\.ejs:1: /);
    expect(message).not.toContain('read from disk');
  });
});

describe('files of a pair', () => {
  const tracker = withFiles(block('mlflow', { provides: ['tracking'] }), {});
  const both = (needs: string[], path = 'pair.txt') => {
    const owner = block('one');
    const { files } = withFiles(owner, { [path]: 'pair' }, needs);
    const own = withFiles(owner, { 'own.txt': 'own' });
    return { ...own, files: [...own.files, ...files] };
  };

  test.each([['mlflow'], ['tracking']])(
    'are there when "%s" is, by id or by capability',
    (name) => {
      expect(Object.keys(textsOf([both([name])]))).toEqual(['own.txt']);
      expect(Object.keys(textsOf([both([name]), tracker]))).toEqual(['own.txt', 'pair.txt']);
    },
  );

  test('of two names are there only when both are', () => {
    const two = withFiles(block('two'), {});
    expect(Object.keys(textsOf([both(['two', 'tracking']), tracker]))).toEqual(['own.txt']);
    expect(Object.keys(textsOf([both(['two', 'tracking']), tracker, two]))).toContain('pair.txt');
  });

  test('may only add paths: one that the block gives already is refused, naming both files', () => {
    expect(refusalOf(() => renderAll([both(['mlflow'], 'own.txt'), tracker]))).toBe(
      '"blocks/one/files/own.txt" and "blocks/one/files+mlflow/own.txt" both write "own.txt". One block owns a path.',
    );
  });
});

describe('CI jobs', () => {
  const step = { title: 'Work', task: 'work' };
  const job = {
    title: 'Job',
    description: 'A job.',
    triggers: ['push'],
    timeout: 5,
    steps: [step],
  };
  const deploy = { ...job, triggers: [], needs: ['train'] };
  const jobs = withFiles(block('one', { ciJobs: { lint: job, train: job, deploy } }), {});

  test('are rendered one file each by a provider that has {job} in the name of a file', () => {
    const loop = '<%_ for (const one of job.chain) { _%>\n<%= one.id %>\n<%_ } _%>\n';
    const provider = withFiles(block('ci-a'), { 'ci/{job}.yml.ejs': loop });
    expect(textsOf([jobs, provider])).toEqual({
      'ci/lint.yml': 'lint\n',
      'ci/train.yml': 'train\ndeploy\n',
    });
  });

  test('are rendered into one file by a provider that loops over them', () => {
    const loop = '<%_ for (const job of ci_jobs) { _%>\n<%= job.id %>\n<%_ } _%>\n';
    const provider = withFiles(block('ci-b'), { 'ci.yml.ejs': loop });
    expect(textsOf([jobs, provider])).toEqual({ 'ci.yml': 'deploy\nlint\ntrain\n' });
  });
});

describe('how to remove a block', () => {
  const page = '<%_ for (const block of blocks) { _%>\n<%= block.remove %>\n<%_ } _%>\n';
  const removalOf = (...blocks: LoadedBlock[]) =>
    textsOf([root({ 'src/a.py': '', 'page.ejs': page }), ...blocks]).page;

  test('is the list of its files when it does not say so, a folder of its own by name', () => {
    const files = { 'src/own/a.py': '', 'src/own/b.py': '', 'src/b.py': '', 'own.yaml': '' };
    const owner = block('one', { remove: undefined });
    expect(removalOf(withFiles(owner, files))).toBe('Delete own.yaml, src/b.py and src/own/.\n');
    expect(removalOf(withFiles(owner, { 'own.yaml': '' }))).toBe('Delete own.yaml.\n');
  });

  test('names the files that another block has for it, and the workflows of its CI jobs', () => {
    const step = { title: 'Work', task: 'work' };
    const job = {
      title: 'Job',
      description: 'A job.',
      triggers: ['push'],
      timeout: 5,
      steps: [step],
    };
    const owner = block('one', { remove: undefined, provides: ['tuning'], ciJobs: { tune: job } });
    const space = withFiles(block('two'), { 'space.yaml': '' }, ['tuning']);
    const ci = withFiles(block('ci'), { 'ci/{job}.yml.ejs': '<%= job.id %>', 'ci/other.yml': '' });
    const page = removalOf(withFiles(owner, {}), space, ci);
    expect(page?.split('\n')[0]).toBe('Delete ci/tune.yml and space.yaml.');
  });

  test('is what it says otherwise', () => {
    const owner = block('one', { remove: 'Ask the cloud first.' });
    expect(removalOf(withFiles(owner, { 'own.yaml': '' }))).toBe('Ask the cloud first.\n');
  });
});

describe('one owner for everything', () => {
  test('two blocks that write one path are refused, naming both files', () => {
    const one = withFiles(block('one'), { 'a/b.txt': '1' });
    const two = withFiles(block('two'), { 'a/b.txt': '2' });
    expect(refusalOf(() => renderAll([one, two]))).toBe(
      '"blocks/one/files/a/b.txt" and "blocks/two/files/a/b.txt" both write "a/b.txt". One block owns a path.',
    );
  });

  test('paths that only differ by .ejs are one path', () => {
    const one = withFiles(block('one'), { 'a.txt': '1' });
    const two = withFiles(block('two'), { 'a.txt.ejs': '2' });
    expect(refusalOf(() => renderAll([one, two]))).toContain('both write "a.txt"');
  });

  test('paths that only differ by case are one path on some systems, so they are refused', () => {
    const one = withFiles(block('one'), { 'README.md': '1' });
    const two = withFiles(block('two'), { 'readme.md': '2' });
    expect(refusalOf(() => renderAll([one, two]))).toMatch(/both write "(readme\.md|README\.md)"/);
  });

  test('a path that is a folder of another path is refused, naming both files', () => {
    const one = withFiles(block('one'), { infra: '1' });
    const two = withFiles(block('two'), { 'infra/main.tf': '2' });
    for (const order of [
      [one, two],
      [two, one],
    ]) {
      const message = refusalOf(() => renderAll(order));
      expect(message).toContain('"blocks/one/files/infra"');
      expect(message).toContain('"blocks/two/files/infra/main.tf"');
    }
  });

  test('two blocks that set one variable are refused, naming both lines', () => {
    const one = withFiles(block('one', { variables: { spdx: 'MIT' } }), {});
    const two = withFiles(block('two', { variables: { spdx: 'GPL' } }), {});
    const message = refusalOf(() => renderAll([one, two]));
    expect(message).toMatch(/^blocks\/two\/block\.yaml:\d+: "one" sets "spdx" already/);
  });

  test('a variable with the key of a question is refused at its line', () => {
    const loud = withFiles(block('loud', { variables: { modality: 'music' } }), {});
    expect(refusalOf(() => renderAll([root({}), loud]))).toMatch(
      /^blocks\/loud\/block\.yaml:\d+: .*"modality"/,
    );
  });
});

describe('rendering is pure', () => {
  const blocks = [
    root({ 'a.txt.ejs': '<%= slots.needs %>' }, { slots: { needs: { file: 'a.txt' } } }),
    withFiles(block('one', { entries: { needs: { x: '1' } } }), { 'b.txt': 'b', 'B/c.txt': 'c' }),
    withFiles(block('two', { entries: { needs: { a: '2' } } }), { 'B/a.txt': 'a' }),
  ];

  test('the same input gives the same bytes twice', () => {
    expect(textsOf(blocks)).toEqual(textsOf(blocks));
  });

  test('the order of the blocks changes neither a byte nor the order of the paths', () => {
    const there = renderAll(blocks);
    const back = renderAll([...blocks].reverse());
    expect([...back]).toEqual([...there]);
    expect([...there.keys()]).toEqual(['B/a.txt', 'B/c.txt', 'a.txt', 'b.txt']);
  });

  test('the files of a block are not changed by rendering them', () => {
    const owner = root({ 'a.txt': 'nimble_package' });
    renderAll([owner]);
    expect(String(owner.files[0]?.bytes)).toBe('nimble_package');
  });

  test('the module that renders, and what it imports, knows no disk, no clock and no network', () => {
    const read = (name: string) =>
      readFileSync(new URL(`../../generators/engine/${name}`, import.meta.url), 'utf8');
    const seen = new Set<string>();
    const queue = ['render.ts'];
    for (let name = queue.pop(); name; name = queue.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const [, path = ''] of read(name).matchAll(/^import (?!type).*? from '(.*?)'/gms)) {
        if (path.startsWith('./')) queue.push(path.slice(2));
        else expect(['ejs', 'node:buffer', 'node:crypto'], `${name} imports`).toContain(path);
      }
      expect(read(name), name).not.toMatch(/Date\b|Math\.random|process\.|fetch\(/);
    }
    expect(seen.size).toBeGreaterThan(3);
  });
});
