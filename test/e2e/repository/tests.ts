/** pytest's closing line in a few words; nothing when no test ran. */
export function countTests(output: string): string | undefined {
  const found = /(\d+) passed.* in ([\d.]+)s/.exec(output);
  return found ? `${found[1]} tests in ${found[2]} s` : undefined;
}
