/**
 * Control characters, line and direction marks, blanks without width, tags, halves of characters: invisible, and able
 * to change what a reader sees. The joiners stay: Persian, Hindi and family emoji are spelt with them.
 */
const HIDDEN =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\ufff9-\ufffd]/u;

/** The first invisible character of a text, as `U+202E`. */
export function findHidden(text: string): string | undefined {
  const hidden = HIDDEN.exec(text)?.[0];
  return hidden && `U+${codeOf(hidden).padStart(4, '0')}`;
}

/** The text on one line, with invisible characters written as `\u{202E}`. */
export function spellHidden(text: string): string {
  return text.replace(new RegExp(HIDDEN, 'gu'), (hidden) => `\\u{${codeOf(hidden)}}`);
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
}
