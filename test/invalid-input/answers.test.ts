import { marked } from 'marked';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { readAnswersFile } from '../../generators/cli/answers-file.ts';
import { planRepository } from '../../generators/commands/repository/repository-plan.ts';
import { Refusal } from '../../generators/engine/errors.ts';
import { findHidden } from '../../generators/engine/hidden-characters.ts';
import { checkName } from '../../generators/engine/names.ts';
import { ANSWERS_FILE, ANSWERS_KEY } from '../../generators/engine/state.ts';
import type { Tree } from '../../generators/engine/tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { laterRefusalOf, refusalOf } from '../support/refusals.ts';
import { CATALOG, FIXED, PHASES, treeOf } from '../support/repositories.ts';
import { expectReadable, expectTidy } from '../support/well-formed.ts';
import { REFUSED_FILES } from './answers-files.ts';
import { REFUSED_NAMES } from './names.ts';
import { HIDDEN, VISIBLE } from './texts.ts';

/** The newest phase has every file that prints an answer. */
const phase = String(Math.max(...PHASES));
const USUAL = await treeOf({ phase });
const textOf = (tree: Tree, path: string) => String(tree.get(path)?.bytes);

/** What .yo-rc.json and pyproject.toml say. */
function saidBy(tree: Tree) {
  const { project } = parseToml(textOf(tree, 'pyproject.toml')) as {
    project: { name: string; description: string; authors: { name: string; email: string }[] };
  };
  const { answers } = JSON.parse(textOf(tree, ANSWERS_FILE))[ANSWERS_KEY];
  return { project, answers };
}

const TEXTS = Object.entries(VISIBLE).flatMap(([kind, texts]) =>
  texts.map((text) => [kind, text] as const),
);

/** Trees of this file's texts: each is the description, the author and the address at once. */
const trees = new Map<string, Promise<Tree>>();
function treeWith(text: string): Promise<Tree> {
  const made = trees.get(text) ?? treeOf({ phase, description: text, author: text, email: text });
  trees.set(text, made);
  return made;
}

test('the tree that the others are compared with can be read and is tidy', () => {
  expectReadable(USUAL);
  expectTidy(USUAL);
});

describe('visible text reaches every file exactly as it was given', () => {
  test.each(TEXTS)('text of the kind %s is kept: %j', async (_, text) => {
    const tree = await treeWith(text);
    expectReadable(tree, USUAL);
    expectTidy(tree, USUAL);
    const { project, answers } = saidBy(tree);
    expect(project.description).toBe(text);
    expect(project.authors).toEqual([{ name: text, email: text }]);
    expect(answers).toMatchObject({ description: text, author: text, email: text });
    expect([...tree.keys()]).toEqual([...USUAL.keys()]);
  });

  test.each(TEXTS)('text of the kind %s is a paragraph of the README: %j', async (_, text) => {
    const page = textOf(await treeWith(text), 'README.md');
    const [first, second] = marked.lexer(page).filter((token) => token.type !== 'space');
    expect(first).toMatchObject({ type: 'heading', text: 'churn' });
    expect(second?.type).toBe('paragraph');
    const html = marked.parser(second ? [second] : []);
    expect(html.replace(/<a href="[^"]*">([^<]*)<\/a>/g, '$1')).not.toMatch(/<(?!\/?p>)/);
    const shown = html
      .replace(/<[^>]*>/g, '')
      .replace(/&(lt|gt|quot|#39|amp);/g, (_all, name) => ENTITIES[name] ?? '');
    expect(shown.trim()).toBe(text.replace(/\s+/g, ' ').trim());
  });
});

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

/** The tags of the page that names the address, but for links that a reader's program makes itself. */
function tagsOfSecurity(tree: Tree): string[] {
  const html = marked.parse(textOf(tree, 'SECURITY.md'), { async: false });
  return html.replace(/<a href="[^"]*">([^<]*)<\/a>/g, '$1').match(/<[^>]*>/g) ?? [];
}

test.each(TEXTS)(
  'an email address of the kind %s is plain text in SECURITY.md: %j',
  async (_, email) => {
    expect(tagsOfSecurity(await treeWith(email))).toEqual(tagsOfSecurity(USUAL));
  },
);

describe('text with an invisible character is refused, and the message spells it out', () => {
  test.each(HIDDEN)('%s', async (_, character) => {
    for (const key of ['description', 'author', 'email']) {
      const message = await laterRefusalOf(treeOf({ [key]: `a${character}b` }));
      expect(message).toMatch(new RegExp(`^--${key}: .* holds the character U\\+[0-9A-F]{4,6}\\.`));
      expect(message).not.toContain(character);
    }
  });
});

test('without a description and an email address every file is tidy, and the code has no owner', async () => {
  const tree = await treeOf({ phase, description: '', email: '' });
  expectReadable(tree, USUAL);
  expectTidy(tree);
  expect(textOf(tree, '.github/CODEOWNERS')).not.toMatch(/^[^#\s]/m);
});

test('text of more than 200 characters is refused', async () => {
  expect(await laterRefusalOf(treeOf({ author: 'x'.repeat(201) }))).toContain('too many');
});

describe('an invalid name is refused', () => {
  const names = Object.entries(REFUSED_NAMES).flatMap(([kind, list]) =>
    list.map((name) => [kind, name] as const),
  );

  test.each(names)('%s: %j', (_, name) => {
    const message = refusalOf(() => checkName(name));
    expect(message).toMatch(/is not a name for a repository/);
    expect(findHidden(message)).toBeUndefined();
  });

  test('an invalid name is refused as an answer, too', async () => {
    expect(await laterRefusalOf(treeOf({ name: '../churn' }))).toContain(
      '"../churn" is not a name',
    );
  });
});

describe('an invalid answers file is refused', () => {
  test.each(REFUSED_FILES)('%s', async (_, content, reason) => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'answers.yaml': content });
    const plan = async () => {
      const given = { ...FIXED, ...(await readAnswersFile(`${folder}/answers.yaml`)) };
      return planRepository(`${folder}/churn`, CATALOG, { given, yes: true }, { ask: undefined });
    };
    const error = await plan().catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Error).message).toContain(reason);
    expect((error as Error).message.length).toBeLessThan(1000);
  });
});

test('there are at least 250 cases', () => {
  const names = Object.values(REFUSED_NAMES).flat();
  expect(TEXTS.length + HIDDEN.length + names.length + REFUSED_FILES.length).toBeGreaterThan(250);
});

test.each(['', ' ', '\u00a0'])(
  'an author of blanks (%j) is refused: the licence needs one',
  async (author) => {
    expect(await laterRefusalOf(treeOf({ author }))).toMatch(/^--author: .* does not fit/);
  },
);
