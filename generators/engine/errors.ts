/** Bad input or usage: exit code 2, and nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code = 2;
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
    if (distance <= Math.max(1, value.length / 3) && distance < (best?.distance ?? Infinity)) {
      best = { value, distance };
    }
  }
  return best?.value;
}

/** ` Did you mean "x"? Allowed: "x", "y".`, or without the first half when nothing is near. */
export function suggest(given: string, allowed: Iterable<string | number>): string {
  const names = [...allowed].map(String);
  const near = nearest(given, names);
  return `${near === undefined ? '' : ` Did you mean "${near}"?`} Allowed: ${quoteAll(names)}.`;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
