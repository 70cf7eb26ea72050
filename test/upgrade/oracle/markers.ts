/** A text with conflict markers, as each of its readers sees it. */
export interface Marked {
  /** With the user's half of every conflict. */
  current: string[];
  /** With the template's half of every conflict. */
  incoming: string[];
  /** With both halves. */
  all: string[];
  /** What follows `<<<<<<<` and `>>>>>>>`. */
  names: [string, string][];
}

/** Reads git's markers, with or without the base between them; undefined when there are none. */
export function readMarkers(lines: readonly string[]): Marked | undefined {
  const read: Marked = { current: [], incoming: [], all: [], names: [] };
  let part: 'both' | 'current' | 'base' | 'incoming' = 'both';
  let opened = '';
  for (const line of lines) {
    const plain = line.replace(/\r$/, '');
    if (part === 'both' && plain.startsWith('<<<<<<< nimble-ml/')) {
      part = 'current';
      opened = plain.slice(8);
    } else if (part === 'current' && plain.startsWith('||||||| ')) part = 'base';
    else if ((part === 'current' || part === 'base') && plain === '=======') part = 'incoming';
    else if (part === 'incoming' && plain.startsWith('>>>>>>> nimble-ml/')) {
      read.names.push([opened, plain.slice(8)]);
      part = 'both';
    } else {
      if (part !== 'base') read.all.push(line);
      if (part !== 'incoming' && part !== 'base') read.current.push(line);
      if (part !== 'current' && part !== 'base') read.incoming.push(line);
    }
  }
  if (part !== 'both') read.names.push([opened, 'nothing: it is never closed']);
  return read.names.length > 0 ? read : undefined;
}
