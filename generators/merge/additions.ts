/** The text with what both sides added, when neither did anything but add lines; else undefined. */
export function joinAdditions(base: string, ours: string, theirs: string): string | undefined {
  const lines = linesOf(base);
  const mine = addedAt(lines, linesOf(ours));
  const others = addedAt(lines, linesOf(theirs));
  if (!mine || !others) return undefined;
  const joined: string[] = [];
  for (let at = 0; at <= lines.length; at++) {
    const first = mine[at] ?? [];
    const second = others[at] ?? [];
    joined.push(...first);
    if (first.join('') !== second.join('')) joined.push(...second);
    if (at < lines.length) joined.push(lines[at] ?? '');
  }
  return joined.join('');
}

/** Lines with their ends; a last line without one gets it, or another line would be glued to it. */
function linesOf(text: string): string[] {
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '');
  const last = lines.at(-1);
  if (last !== undefined && !last.endsWith('\n')) lines[lines.length - 1] = `${last}\n`;
  return lines;
}

/** Lines that stand before each line of the base, and after the last; undefined when a base line is gone. */
function addedAt(base: readonly string[], text: readonly string[]): string[][] | undefined {
  const kept = longestCommon(base, text);
  if (kept.length !== base.length) return undefined;
  const added: string[][] = Array.from({ length: base.length + 1 }, () => []);
  let at = 0;
  for (const [index, line] of text.entries()) {
    if (kept[at] === index) at++;
    else added[at]?.push(line);
  }
  return added;
}

/** Indexes in the second list of a longest common subsequence. */
function longestCommon(one: readonly string[], other: readonly string[]): number[] {
  const width = other.length + 1;
  const longest = new Uint32Array((one.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const indexes: number[] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) {
      indexes.push(j);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return indexes;
}
