import {
  findRequirementLists,
  type RequirementLine,
  type RequirementList,
} from './requirement-lists.ts';
import { type ThreeWay, VERSIONS } from './three-way.ts';

/** Merges lists of requirements package by package: texts in which a merge of lines finds only true conflicts. */
export function resolveRequirements(texts: ThreeWay<string>): ThreeWay<string> {
  const lists = {
    base: findRequirementLists(texts.base),
    current: findRequirementLists(texts.current),
    incoming: findRequirementLists(texts.incoming),
  };
  const names = [...lists.current.keys()];
  const resolved = new Map(
    names.flatMap((name) => {
      const [base, current, incoming] = VERSIONS.map((version) => lists[version].get(name));
      if (!base || !current || !incoming) return [];
      const rows = resolveList(base, current, incoming);
      const isFlat = [base, current, incoming].some((list) => list.isFlat);
      return [[name, { rows, layOut: isFlat ? layoutOf(current, texts.current) : undefined }]];
    }),
  );
  const write = (version: keyof ThreeWay<string>) => {
    const changes = [...resolved].map(([name, { rows, layOut }]) => {
      const list = lists[version].get(name);
      const entries = rows.flatMap((row) => row[version] ?? []);
      const range = (layOut ? list?.whole : list?.range) ?? [0, 0];
      return { range, text: layOut ? layOut(entries) : separate(entries).join('') };
    });
    return replaceRanges(texts[version], changes);
  };
  return { base: write('base'), current: write('current'), incoming: write('incoming') };
}

type LayOut = (lines: readonly RequirementLine[]) => string;

/** How the user writes a list, for lists that the versions write differently. */
function layoutOf({ whole, range, lines, isFlat }: RequirementList, text: string): LayOut {
  const sourceOf = ({ text: line, entry }: RequirementLine) => (entry ? line.slice(...entry) : '');
  if (isFlat) {
    return (entries) => `[${entries.map(sourceOf).filter(Boolean).join(', ')}]`;
  }
  const [head, tail] = [text.slice(whole[0], range[0]), text.slice(range[1], whole[1])];
  const indent = /^\s*/.exec(lines.find(({ entry }) => entry)?.text ?? '  ')?.[0];
  return (entries) => {
    const own = entries.map((line) =>
      lines.includes(line) || !line.entry ? line : moved(line, indent ?? ''),
    );
    return head + separate(own).join('') + tail;
  };
}

/** A line with another indent. */
function moved(line: RequirementLine, indent: string): RequirementLine {
  const [start, end] = line.entry ?? [0, 0];
  const shift = indent.length - start;
  return { ...line, text: indent + line.text.slice(start), entry: [start + shift, end + shift] };
}

interface Change {
  range: readonly [number, number];
  text: string;
}

/** From the end, so that what is before stays where it is. */
function replaceRanges(text: string, changes: readonly Change[]): string {
  const backwards = [...changes].sort((one, other) => other.range[0] - one.range[0]);
  return backwards.reduce((whole, { range: [start, end], text: fresh }) => {
    return whole.slice(0, start) + fresh + whole.slice(end);
  }, text);
}

/** One line of a list; the same in all three versions when it is not in conflict. */
interface Row extends ThreeWay<RequirementLine | undefined> {
  subject: string;
}

/** The user's lines in their order, each as it is to be; what is new goes where the new render has it. */
function resolveList(
  base: RequirementList,
  current: RequirementList,
  incoming: RequirementList,
): Row[] {
  const [before, now, after] = [base, current, incoming].map(bySubject);
  const rows = current.lines.map((line): Row => {
    const { subject } = line;
    return { subject, ...resolveLine(before?.get(subject), line, after?.get(subject)) };
  });
  for (const [index, line] of incoming.lines.entries()) {
    const { subject } = line;
    if (now?.has(subject) || before?.has(subject)) continue; // there, or removed by the user
    const above = incoming.lines.slice(0, index).reverse();
    const at = above
      .map((one) => rows.findIndex((row) => row.subject === one.subject))
      .find((one) => one >= 0);
    rows.splice((at ?? -1) + 1, 0, { subject, ...sameInAll(line) });
  }
  return rows;
}

function bySubject({ lines }: RequirementList): Map<string, RequirementLine> {
  return new Map(lines.map((line) => [line.subject, line]));
}

function resolveLine(
  base: RequirementLine | undefined,
  current: RequirementLine,
  incoming: RequirementLine | undefined,
): ThreeWay<RequirementLine | undefined> {
  const untouched = base?.value === current.value;
  if (incoming?.value === base?.value || incoming?.value === current.value)
    return sameInAll(current);
  if (!untouched) return { base, current, incoming };
  if (incoming !== undefined) return sameInAll(withEntryOf(current, incoming));
  const isAsRendered = base?.text.trim() === current.text.trim();
  return isAsRendered ? sameInAll(undefined) : { base, current, incoming };
}

function sameInAll(line: RequirementLine | undefined): ThreeWay<RequirementLine | undefined> {
  return { base: line, current: line, incoming: line };
}

/** The user's line, comment and all, with the requirement of another. */
function withEntryOf(line: RequirementLine, other: RequirementLine): RequirementLine {
  if (!line.entry || !other.entry) return line;
  const [start, end] = line.entry;
  const source = other.text.slice(...other.entry);
  const text = line.text.slice(0, start) + source + line.text.slice(end);
  return { ...line, text, value: other.value, entry: [start, start + source.length] };
}

/** The texts of the lines, with a comma behind every entry but the last. */
function separate(lines: readonly RequirementLine[]): string[] {
  const last = lines.findLastIndex(({ entry }) => entry);
  return lines.map(({ text, entry }, index) => {
    if (!entry || index >= last) return text;
    const [before, after] = [text.slice(0, entry[1]), text.slice(entry[1])];
    return /^\s*,/.test(after) ? text : `${before},${after}`;
  });
}
