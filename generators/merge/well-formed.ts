import { isUtf8 } from 'node:buffer';

/** Whether a file can be parsed as the type in its name, which these types ask to be UTF-8; any other file can. */
export async function isWellFormed(path: string, bytes: Buffer): Promise<boolean> {
  const parse = await parserOf(path);
  if (!parse) return true;
  if (!isUtf8(bytes)) return false;
  try {
    parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function parserOf(path: string): Promise<((text: string) => unknown) | undefined> {
  if (/\.toml$/.test(path)) return (await import('smol-toml')).parse;
  if (/\.(json|ipynb)$/.test(path)) return JSON.parse;
  if (/\.ya?ml$/.test(path)) {
    const { parseAllDocuments } = await import('yaml');
    return (text) => {
      for (const document of [parseAllDocuments(text)].flat()) {
        const [wrong] = 'errors' in document ? document.errors : [];
        if (wrong) throw wrong;
      }
    };
  }
  return undefined;
}
