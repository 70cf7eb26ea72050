import { isUtf8 } from 'node:buffer';
import { inLayoutOf, isSameJson } from '../engine/json-layout.ts';
import { keepOthersKeys } from '../engine/saved-answers.ts';
import { ANSWERS_FILE } from '../engine/state.ts';

/** Our data in the layout that the file has: a team may run a formatter on it. The same data stays as it is. */
export function layOutState(path: string, current: Buffer, rendered: Buffer): Buffer {
  const isAnswers = path === ANSWERS_FILE;
  const bytes = isAnswers ? keepOthersKeys(current, rendered) : rendered;
  const [before, after] = [current.toString('utf8'), bytes.toString('utf8')];
  if (!isUtf8(current) || !isUtf8(bytes)) return bytes;
  if (isSameJson(before, after)) return current;
  const isOurs = before === `${JSON.stringify(parseQuietly(before), null, 2)}\n`;
  return isOurs || parseQuietly(before) === undefined
    ? bytes
    : Buffer.from(inLayoutOf(before, after));
}

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
