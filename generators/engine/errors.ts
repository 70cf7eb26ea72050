import { spellHidden } from './hidden-characters.ts';

/** Bad input or usage: exit code 2, and nothing was changed. Its message is one visible line, whatever it quotes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code = 2;

  constructor(message: string) {
    super(spellHidden(message));
  }
}

/** `"a", "b", "c"`: how every message lists names. */
export function quoteAll(values: Iterable<string | number>): string {
  return [...values].map((value) => `"${value}"`).join(', ') || '(none)';
}

/** The allowed value nearest to a mistyped one, if any is near enough to be meant. */
export function nearest(given: string, allowed: Iterable<string>): string | undefined {
  let best: { value: string; distance: number } | undefined;
  for (const value of allowed) {
    const distance = editDistance(given, value);
    const near = distance <= Math.max(1, value.length * 0.4) && distance < value.length;
    if (near && distance < (best?.distance ?? Infinity)) best = { value, distance };
  }
  return best?.value;
}

/** ` Did you mean "x"? Allowed: "x", "y".`, or without the first half when nothing is near. */
export function suggest(given: string, allowed: Iterable<string | number>): string {
  const names = [...allowed].map(String);
  const near = nearest(given, names);
  return `${near === undefined ? '' : ` Did you mean "${near}"?`} Allowed: ${quoteAll(names)}.`;
}

/** Letters to change, add, drop or swap with their neighbour to get from one word to the other. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
