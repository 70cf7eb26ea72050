/** Free text escaped for one language, with its quotes. Templates print nothing else of it. */
export const QUOTES: Readonly<Record<string, (text: string) => string>> = {
  json: (text) => JSON.stringify(text),
  toml: (text) => escapeControls(JSON.stringify(text)),
  yaml: (text) => escapeControls(JSON.stringify(text)),
  markdown: (text) =>
    oneLine(text)
      .replace(/[\\`*_{}%[\]<>#|!~$&]/g, '\\$&')
      .replace(/^(\d*)(?=[-+=.)])/, '$1\\')
      .replace(/:(?=\/\/)|(?<=\bwww)\.|@/gi, '\\$&'), // inside what becomes a link by itself, a backslash stays
  plain: oneLine,
};

/** JSON's quoting is valid TOML and YAML once what those forbid unescaped is escaped too. */
function escapeControls(quoted: string): string {
  return quoted.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
