import { isUtf8 } from 'node:buffer';
import ejs from 'ejs';
import type { Answers, LoadedBlock, TemplateFile } from './block.ts';
import { Refusal, suggest } from './errors.ts';
import { PACKAGE_WORD, packageOf } from './names.ts';
import { PathOwnership } from './paths.ts';
import { QUOTES } from './quote.ts';
import { type FilledSlots, fillSlots } from './slots.ts';
import type { RenderedFile, Tree } from './tree.ts';

/** What a release knows of itself. */
export interface Release {
  version: string;
  /** The day its end-to-end runs passed, as `YYYY-MM-DD`. */
  provenOn: string;
}

/** The tree of files these blocks write for these answers. Touches no disk; same input, same bytes. */
export function render(answers: Answers, blocks: readonly LoadedBlock[], release: Release): Tree {
  const data = finishedWords(answers, blocks, release);
  const name = packageOf(answers.name);
  const tree = new Map<string, RenderedFile>();
  const claims = new PathOwnership();
  for (const block of blocks) {
    for (const file of block.files) {
      const path = file.path.replaceAll(PACKAGE_WORD, name);
      claims.add(path, file.source);
      tree.set(path, finish(file, data, name));
    }
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function finish(file: TemplateFile, data: Record<string, unknown>, name: string): RenderedFile {
  const bytes = isText(file.bytes) ? Buffer.from(text(file, data, name)) : file.bytes;
  return { bytes, mode: bytes.subarray(0, 2).toString() === '#!' ? '100755' : '100644' };
}

function text(file: TemplateFile, data: Record<string, unknown>, name: string): string {
  const source = file.bytes.toString('utf8').replaceAll(PACKAGE_WORD, name);
  return file.filled ? fill(file.source, source, data) : source;
}

function fill(path: string, source: string, data: Record<string, unknown>): string {
  try {
    return ejs.render(source, data, { filename: path, escape: String, includer: refuseInclude });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = /:(\d+)\n/.exec(error.message)?.[1] ?? '1';
    const reason = error.message.trim().split('\n').at(-1) ?? '';
    const missing = /^(\w+) is not defined$/.exec(reason)?.[1];
    const what = missing
      ? `there is no word "${missing}".${suggest(missing, Object.keys(data).sort())}`
      : reason;
    throw new Refusal(`${path}:${line}: ${what}`);
  }
}

/** A template that could include another file would read the disk. */
function refuseInclude(path: string): never {
  throw new Error(`"${path}" cannot be included. Write it here, or fill a slot.`);
}

/** What .ejs files may print: answers, the blocks' words, filled slots, and free text per language. */
function finishedWords(
  answers: Answers,
  blocks: readonly LoadedBlock[],
  release: Release,
): Record<string, unknown> {
  const { with: _with, without: _without, ...plain } = answers;
  const free = freeTextKeys(blocks);
  const words: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(plain).filter(([key]) => !free.includes(key))),
    ...claimedWords(blocks),
    package: packageOf(answers.name),
    generator_version: release.version,
    proven_on: release.provenOn,
    blocks: blocks.filter((block) => block.kind === 'block').map(describe),
    slots: strict('slot', withName(fillSlots(blocks), packageOf(answers.name))),
  };
  for (const [language, quote] of Object.entries(QUOTES)) {
    const quoted = ['name', ...free].map((key) => [key, quote(String(answers[key] ?? ''))]);
    words[language] = strict('free text', Object.fromEntries(quoted));
  }
  return words;
}

/** An entry may name a path of the package, as a file may. */
function withName(slots: FilledSlots, name: string): FilledSlots {
  const put = (text: string) => text.replaceAll(PACKAGE_WORD, name);
  return Object.fromEntries(
    Object.entries(slots).map(([slot, entries]) => [
      slot,
      entries.map(([key, value]) => [put(key), put(value)] as const),
    ]),
  );
}

/** Questions answered in free text: no choices, not yes-no. */
function freeTextKeys(blocks: readonly LoadedBlock[]): string[] {
  return blocks.flatMap((block) =>
    Object.entries(block.options)
      .filter(
        ([key, option]) =>
          !['name', 'modality', 'phase'].includes(key) &&
          !option.choices &&
          typeof option.default !== 'boolean' &&
          !blocks.some((one) => one.when[key] !== undefined),
      )
      .map(([key]) => key),
  );
}

function claimedWords(blocks: readonly LoadedBlock[]): Record<string, string> {
  const asked = new Set(blocks.flatMap((block) => Object.keys(block.options)));
  const owners = new Map<string, LoadedBlock>();
  const words: Record<string, string> = {};
  for (const block of blocks) {
    for (const [key, value] of Object.entries(block.words)) {
      const other = owners.get(key);
      if (other) {
        throw new Refusal(
          `${block.where('words', key)}: "${other.id}" says "${key}" already (${other.where('words', key)}). One block owns a word.`,
        );
      }
      if (asked.has(key)) {
        throw new Refusal(
          `${block.where('words', key)}: "${key}" is the key of a question already. Name the word differently.`,
        );
      }
      owners.set(key, block);
      words[key] = value;
    }
  }
  return words;
}

function describe({ id, title, why, adoptWhen, cost, remove, phase }: LoadedBlock) {
  return { id, title, why, adoptWhen, cost, remove, phase };
}

/** An object whose unknown keys are errors, so that a typing mistake in a template is one. */
function strict<T extends object>(what: string, values: T): T {
  return new Proxy(values, {
    get(target, key) {
      if (typeof key === 'string' && !Object.hasOwn(target, key)) {
        throw new Error(`there is no ${what} "${key}".${suggest(key, Object.keys(target))}`);
      }
      return Reflect.get(target, key);
    },
  });
}

/** A file with a zero byte among its first 8000 is binary: git's own rule. So is one that is not UTF-8. */
function isText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 8000).includes(0) && isUtf8(bytes);
}
