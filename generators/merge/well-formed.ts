/** Whether a text can be parsed as the file type in its name; any other text can. */
export async function isWellFormed(path: string, text: string): Promise<boolean> {
  const parse = await parserOf(path);
  if (!parse) return true;
  try {
    parse(text);
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
