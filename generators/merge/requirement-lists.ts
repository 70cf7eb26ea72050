import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';

/** A list of requirements, as it is in the text of a file. */
export interface RequirementList {
  /** Where its lines begin and end in the text: behind the line of `[`, before the line of `]`. */
  range: readonly [number, number];
  lines: RequirementLine[];
  /** Where the whole array is, with its brackets. */
  whole: readonly [number, number];
  /** Whether it is on one line. */
  isFlat: boolean;
}

/** A line of such a list: an entry, a comment, or blank. */
export interface RequirementLine {
  text: string;
  /** What the line is about: package and marker, else the line itself. Extras are the same package. */
  subject: string;
  /** The requirement without quotes, comma and comment. */
  value: string;
  /** Where the entry is in the line; undefined when there is none. */
  entry: readonly [number, number] | undefined;
}

/** Lists of requirements by table and key; none when the text is not TOML, and none that is written another way. */
export function findRequirementLists(text: string): Map<string, RequirementList> {
  const lists = new Map<string, RequirementList>();
  for (const { name, array } of arraysOf(text)) {
    if (!HOLDS_REQUIREMENTS.test(name)) continue;
    const list = listOf(array, text) ?? flatListOf(array, text);
    if (list) lists.set(name, list);
  }
  return lists;
}

/** Where the packaging standards and uv keep requirements. */
const HOLDS_REQUIREMENTS =
  /^(project (dependencies|optional-dependencies .*)|dependency-groups .*|build-system requires|tool uv (dev|constraint|override)-dependencies)$/s;

function* arraysOf(text: string): Generator<{ name: string; array: AST.TOMLArray }> {
  for (const node of parse(text)) {
    const table = node.type === 'TOMLTable' ? node.resolvedKey : [];
    for (const pair of node.type === 'TOMLTable' ? node.body : [node])
      yield* arraysBelow(pair, table);
  }
}

/** The array of a key, and those in an inline table. */
function* arraysBelow(
  { key, value }: AST.TOMLKeyValue,
  above: readonly (string | number)[],
): Generator<{ name: string; array: AST.TOMLArray }> {
  const keys = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const path = [...above, ...keys];
  if (value.type === 'TOMLArray') yield { name: path.join(' '), array: value };
  if (value.type === 'TOMLInlineTable')
    for (const pair of value.body) yield* arraysBelow(pair, path);
}

function parse(text: string): AST.TOMLTopLevelTable['body'] {
  try {
    return parseTOML(text).body[0].body;
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

/** An array whose every line is one entry, a comment or blank, no package twice; anything else is merged line by line. */
function listOf({ range, elements }: AST.TOMLArray, text: string): RequirementList | undefined {
  const [start, end] = [text.indexOf('\n', range[0]) + 1, text.lastIndexOf('\n', range[1] - 1) + 1];
  const head = text.slice(range[0] + 1, start);
  if (start === 0 || start > end || !NO_ENTRY.test(head)) return undefined;
  const lines: RequirementLine[] = [];
  let at = start;
  for (const line of text.slice(start, end).split(/(?<=\n)/)) {
    const inLine = elements.filter(({ range: [from] }) => from >= at && from < at + line.length);
    const read = readLine(line, inLine, at);
    if (!read) return undefined;
    lines.push(read);
    at += line.length;
  }
  const entries = lines.filter(({ entry }) => entry);
  const subjects = new Set(entries.map(({ subject }) => subject));
  const isWhole = entries.length === elements.length && subjects.size === entries.length;
  return isWhole && /^\s*\]$/.test(text.slice(end, range[1]))
    ? { range: [start, end], lines, whole: range, isFlat: false }
    : undefined;
}

/** An array on one line, without a comment. */
function flatListOf({ range, elements }: AST.TOMLArray, text: string): RequirementList | undefined {
  let at = range[0] + 1;
  const between: string[] = [];
  for (const element of elements) {
    between.push(text.slice(at, element.range[0]));
    at = element.range[1];
  }
  between.push(text.slice(at, range[1] - 1));
  if (!between.every((part) => /^[ \t,]*$/.test(part))) return undefined;
  const lines = elements.map((element): RequirementLine => {
    const source = text.slice(...element.range);
    const value = requirementOf(element, source);
    const entry = [2, 2 + source.length] as const;
    return { text: `  ${source},\n`, subject: subjectOf(value), value, entry };
  });
  const subjects = new Set(lines.map(({ subject }) => subject));
  if (subjects.size !== lines.length) return undefined;
  return { range, lines, whole: range, isFlat: true };
}

function requirementOf(element: AST.TOMLContentNode, source: string): string {
  return element.type === 'TOMLValue' && element.kind === 'string' ? element.value : source;
}

const NO_ENTRY = /^\s*(#.*)?\r?\n?$/;
const AFTER_ENTRY = /^\s*,?\s*(#.*)?\r?\n?$/;

function readLine(
  text: string,
  elements: readonly AST.TOMLContentNode[],
  at: number,
): RequirementLine | undefined {
  const [element] = elements; // a second one on the line is no comma and no comment
  if (!element) {
    const plain = text.trim();
    return NO_ENTRY.test(text)
      ? { text, subject: plain, value: plain, entry: undefined }
      : undefined;
  }
  const [from, to] = [element.range[0] - at, element.range[1] - at];
  const isAlone = /^\s*$/.test(text.slice(0, from)) && AFTER_ENTRY.test(text.slice(to));
  if (to > text.length || !isAlone) return undefined;
  const source = text.slice(from, to);
  const value = requirementOf(element, source);
  return { text, subject: subjectOf(value), value, entry: [from, to] };
}

function subjectOf(value: string): string {
  const [, name, marker = ''] =
    /^([a-z0-9](?:[\w.-]*[a-z0-9])?)\s*(?:\[[^\]]*\])?[^;]*(;.*)?$/i.exec(value) ?? [];
  if (name === undefined) return value;
  return `${name.toLowerCase().replace(/[-_.]+/g, '-')} ${marker.replace(/\s/g, '')}`;
}
