/** pytest's last line, shortened; undefined when no test ran. */
export function countTests(output: string): string | undefined {
  const found = /(\d+) passed.* in ([\d.]+)s/.exec(output);
  return found ? `${found[1]} tests in ${found[2]} s` : undefined;
}
