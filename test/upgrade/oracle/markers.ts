/** A text with conflict markers, as each of its readers sees it. */
export interface Marked {
  /** With the user's half of every conflict. */
  ours: string[];
  /** With the template's half of every conflict. */
  theirs: string[];
  /** With both halves. */
  all: string[];
  /** What stands behind `<<<<<<<` and `>>>>>>>`. */
  names: [string, string][];
}

/** Reads git's markers, with or without the base between them; undefined when there are none. */
export function readMarkers(lines: readonly string[]): Marked | undefined {
  const read: Marked = { ours: [], theirs: [], all: [], names: [] };
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  let opened = '';
  for (const line of lines) {
    const plain = line.replace(/\r$/, '');
    if (side === 'both' && plain.startsWith('<<<<<<< nimble-ml/')) {
      side = 'ours';
      opened = plain.slice(8);
    } else if (side === 'ours' && plain.startsWith('||||||| ')) side = 'base';
    else if ((side === 'ours' || side === 'base') && plain === '=======') side = 'theirs';
    else if (side === 'theirs' && plain.startsWith('>>>>>>> nimble-ml/')) {
      read.names.push([opened, plain.slice(8)]);
      side = 'both';
    } else {
      if (side !== 'base') read.all.push(line);
      if (side !== 'theirs' && side !== 'base') read.ours.push(line);
      if (side !== 'ours' && side !== 'base') read.theirs.push(line);
    }
  }
  if (side !== 'both') read.names.push([opened, 'nothing: it is never closed']);
  return read.names.length > 0 ? read : undefined;
}
