// The images a Dockerfile starts from, with its ARG defaults filled in and its own stages left out.
export function baseImages(dockerfile: string): string[] {
  const variables = new Map<string, string>();
  const stages = new Set<string>();
  const images = new Set<string>();
  const fill = (text: string) =>
    text.replace(/\$\{?(\w+)(?::-[^}]*)?\}?/g, (whole, name) => variables.get(name) ?? whole);
  for (const line of dockerfile.split('\n')) {
    const arg = /^ARG\s+(\w+)=(\S+)/i.exec(line);
    if (arg?.[1] && arg[2]) variables.set(arg[1], arg[2].replace(/^"|"$/g, ''));
    const from = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    const copied = /^COPY\s+.*--from=(\S+)/i.exec(line)?.[1];
    for (const name of [from?.[1], copied]) {
      if (name && !stages.has(fill(name)) && fill(name) !== 'scratch') images.add(fill(name));
    }
    if (from?.[2]) stages.add(from[2]);
  }
  return [...images];
}
