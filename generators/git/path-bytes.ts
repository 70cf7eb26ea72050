import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { unexpectedOutput } from './unexpected-output.ts';

/** A path as git gives it. One that is not UTF-8 keeps its bytes: each above 127 as a lone surrogate, as Python does. */
export function decodePath(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (byte) => {
    return String.fromCharCode(0xdc00 + byte.charCodeAt(0));
  });
}

/** The bytes of such a path, for git and the file system. */
export function encodePath(path: string): Buffer {
  if (!LONE.test(path)) return Buffer.from(path, 'utf8');
  return Buffer.from(
    path.replace(/[\udc80-\udcff]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xdc00)),
    'latin1',
  );
}

const LONE = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

/** Where a path of a repository is on disk, byte for byte. */
export function pathOnDisk(top: string, path: string): Buffer | string {
  const bytes = encodePath(path);
  return bytes.toString('utf8') === path
    ? join(top, path)
    : Buffer.concat([Buffer.from(`${top}/`), bytes]);
}

/** Output of `-z`, field by field. */
export function splitFields(output: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  let from = 0;
  for (let end = output.indexOf(0); end >= 0; end = output.indexOf(0, from)) {
    fields.push(output.subarray(from, end));
    from = end + 1;
  }
  if (from < output.length) throw unexpectedOutput('-z', output.subarray(from));
  return fields;
}
