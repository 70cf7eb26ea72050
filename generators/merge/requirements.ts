/** One line of a list of requirements on the three sides; the same on all when nothing is in dispute. */
interface Row {
  base: string | undefined;
  ours: string | undefined;
  theirs: string | undefined;
}

/** Three texts in which everything that could be settled reads the same. */
export type Triple = readonly [base: string, ours: string, theirs: string];

/** Settles lists of requirements package by package, so that a line merge has only true disputes left. */
export function settleRequirements([base, ours, theirs]: Triple): Triple {
  const lists = [base, ours, theirs].map(findLists) as [Lists, Lists, Lists];
  const texts: [string, string, string] = [base, ours, theirs];
  for (const [name, user] of lists[1]) {
    const [before, after] = [lists[0].get(name), lists[2].get(name)];
    if (!before || !after || ![before, user, after].every(isPlain)) continue;
    const rows = settle(before, user, after);
    for (const [side, key] of SIDES.entries()) {
      const list = lists[side]?.get(name);
      const lines = separate(rows.flatMap((row) => row[key] ?? []));
      texts[side] = put(
        texts[side] ?? '',
        list?.text ?? '',
        list?.head + lines.join('') + list?.tail,
      );
    }
  }
  return texts;
}

const SIDES = ['base', 'ours', 'theirs'] as const;

/** A replacement to the letter: `$&` in a line means nothing. */
function put(text: string, old: string, fresh: string): string {
  const at = text.indexOf(old);
  return text.slice(0, at) + fresh + text.slice(at + old.length);
}

interface List {
  /** As it stands in the file, from its key to its bracket. */
  text: string;
  head: string;
  tail: string;
  lines: string[];
}
type Lists = Map<string, List>;

/** Lists of requirements with one line per entry, by table and key. */
function findLists(text: string): Lists {
  const lists: Lists = new Map();
  let table = '';
  let open: (List & { name: string }) | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    if (open) {
      open.text += line;
      if (/^\s*\]/.test(line)) {
        lists.set(open.name, { ...open, tail: line });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    table = /^\s*\[([^[\]]+)\]/.exec(line)?.[1]?.trim() ?? table;
    const key = /^\s*([\w.-]+|"[^"]+")\s*=\s*\[\s*(#.*)?\n?$/.exec(line)?.[1];
    if (key !== undefined && holdsRequirements(table, key)) {
      open = { name: `${table} ${key}`, text: line, head: line, tail: '', lines: [] };
    }
  }
  return lists;
}

/** Where the packaging standards and uv keep requirements. */
function holdsRequirements(table: string, key: string): boolean {
  return (
    /^(project\.optional-dependencies|dependency-groups)$/.test(table) ||
    /^(project dependencies|build-system requires|tool\.uv (dev|constraint|override)-dependencies)$/.test(
      `${table} ${key}`,
    )
  );
}

/** A line that is one entry: a text in quotes or a table, a comma, a comment. */
const ENTRY = /^(\s*)("[^"\\\n]*"|'[^'\n]*'|\{[^{}\n]*\})(\s*)(,?)(\s*(?:#.*)?)$/;
const NO_ENTRY = /^\s*(#.*)?$/;

/** Whether every line is one entry, none twice: anything else is merged line by line. */
function isPlain({ lines }: List): boolean {
  const subjects = lines.filter((line) => !NO_ENTRY.test(bare(line))).map(subjectOf);
  return (
    lines.every((line) => ENTRY.test(bare(line)) || NO_ENTRY.test(bare(line))) &&
    new Set(subjects).size === subjects.length
  );
}

function bare(line: string): string {
  return line.replace(/\r?\n$/, '');
}

/** What an entry is about: the package and where it applies. Extras are the same package. */
function subjectOf(line: string): string {
  const [, name, marker = ''] =
    /^([a-z0-9](?:[\w.-]*[a-z0-9])?)\s*(?:\[[^\]]*\])?[^;]*(;.*)?$/i.exec(sayingOf(line) ?? '') ??
    [];
  if (name === undefined) return bare(line).trim();
  return `${name.toLowerCase().replace(/[-_.]+/g, '-')} ${marker.replace(/\s/g, '')}`;
}

/** What an entry says, without quotes, comma and comment. */
function sayingOf(line: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  const said = ENTRY.exec(bare(line))?.[2];
  return said === undefined || said.startsWith('{') ? bare(line).trim() : said.slice(1, -1);
}

/** The user's line, comment and all, with what another one says. */
function saying(line: string, other: string): string {
  const said = ENTRY.exec(bare(other))?.[2];
  if (said === undefined) return line;
  return line.replace(ENTRY_OF_LINE, (_, indent, _said, ...rest) => {
    return `${indent}${said}${rest.slice(0, 3).join('')}`;
  });
}

const ENTRY_OF_LINE = new RegExp(ENTRY.source.slice(0, -1));

/** Every entry but the last ends in a comma. */
function separate(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => ENTRY.test(bare(line)));
  return lines.map((line, index) => {
    const comma = ENTRY.exec(bare(line))?.[4];
    if (comma !== '' || index >= last) return line;
    return line.replace(ENTRY_OF_LINE, '$1$2$3,$5');
  });
}

/** The user's lines in their order, each as the two sides leave it; what is new goes where it would stand. */
function settle(base: List, ours: List, theirs: List): Row[] {
  const [before, after] = [bySubject(base), bySubject(theirs)];
  const mine = bySubject(ours);
  const rows: (Row & { subject: string })[] = ours.lines.map((line) => {
    const subject = subjectOf(line);
    return { subject, ...settleLine(before.get(subject), line, after.get(subject)) };
  });
  for (const [index, line] of theirs.lines.entries()) {
    const subject = subjectOf(line);
    if (mine.has(subject) || before.has(subject)) continue; // there, or taken out by the user
    const above = theirs.lines.slice(0, index).map(subjectOf).reverse();
    const at = above
      .map((one) => rows.findIndex((row) => row.subject === one))
      .find((one) => one >= 0);
    rows.splice((at ?? -1) + 1, 0, { subject, base: line, ours: line, theirs: line });
  }
  return rows;
}

function bySubject({ lines }: List): Map<string, string> {
  return new Map(lines.map((line) => [subjectOf(line), line]));
}

function settleLine(base: string | undefined, ours: string, theirs: string | undefined): Row {
  const same = (line: string | undefined) => ({ base: line, ours: line, theirs: line });
  const [was, is, willBe] = [sayingOf(base), sayingOf(ours), sayingOf(theirs)];
  if (willBe === was || is === willBe) return same(ours);
  if (is !== was) return { base, ours, theirs };
  if (theirs !== undefined) return same(saying(ours, theirs));
  return base?.trim() === ours.trim() ? same(undefined) : { base, ours, theirs };
}
