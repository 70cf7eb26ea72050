import { diffIndices } from 'node-diff3';

/** The text with the lines that both added, when neither did anything but add lines; else undefined. */
export function joinAdditions(base: string, current: string, incoming: string): string | undefined {
  const lines = linesOf(base);
  const mine = additionsTo(lines, linesOf(current));
  const others = additionsTo(lines, linesOf(incoming));
  if (!mine || !others) return undefined;
  return [...lines, '']
    .flatMap((line, at) => {
      const [first, second] = [mine.get(at) ?? [], others.get(at) ?? []];
      const isSame = first.join('') === second.join('');
      return [...first, ...(isSame ? [] : second), line];
    })
    .join('');
}

/** Lines with their ends; a last line without one gets it, or another line would be glued to it. */
function linesOf(text: string): string[] {
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '');
  const last = lines.at(-1);
  return last === undefined || last.endsWith('\n') ? lines : [...lines.slice(0, -1), `${last}\n`];
}

/** What is added before each line of the base, by its index; undefined when a line of the base is gone. */
function additionsTo(base: string[], text: string[]): Map<number, string[]> | undefined {
  const changes = diffIndices(base, text);
  if (changes.some(({ buffer1: [, removed] }) => removed > 0)) return undefined;
  return new Map(changes.map(({ buffer1: [at], buffer2Content }) => [at, buffer2Content]));
}
