import { styleText } from 'node:util';

let lost: NodeJS.ErrnoException | undefined;

/**
 * Output that cannot be written never stops a command half-way. A closed pipe, as after `| head`, is no error: the work is
 * finished, and its exit code stays.
 */
export function watchOutput(): void {
  process.stderr.on('error', () => {}); // there is nowhere left to say so
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost = error;
  });
}

/** Prints lines on standard output; false when they cannot be written, as on a full disk. */
export async function printLines(lines: readonly string[]): Promise<boolean> {
  process.stdout.write(`${lines.join('\n')}\n`);
  await new Promise(setImmediate); // an error arrives after the call
  return lost === undefined;
}

/** What is said of output that is not whole. */
export function describeLostOutput(): string {
  return `Standard output cannot be written: ${lost?.message}.`;
}

/** Styles by what a text is; a terminal that shows colours gets them. */
const STYLES = {
  title: 'bold',
  command: 'cyan',
  note: 'yellow',
  conflict: 'red',
  hint: 'dim',
} as const;

/** The text in the style of what it is, where standard output shows colours. */
export function paint(style: keyof typeof STYLES, text: string): string {
  return showsColours() ? styleText(STYLES[style], text, { validateStream: false }) : text;
}

/** A terminal with colours: not in CI, nor with NO_COLOR. FORCE_COLOR asks for them everywhere else. */
function showsColours(): boolean {
  const { FORCE_COLOR, NO_COLOR, CI } = process.env;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  if (NO_COLOR || CI) return false;
  return process.stdout.isTTY && (process.stdout.hasColors?.() ?? false);
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Words two blanks apart, in indented lines that a terminal shows whole, up to eighty characters. */
export function wrap(words: readonly string[]): string[] {
  const width = Math.min(80, terminalWidth());
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''}  ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines;
}

/** Columns of the terminal, within what can be read; eighty without one. */
export function terminalWidth(stream: Screen = process.stdout): number {
  const columns = stream.isTTY ? stream.columns || 80 : 80;
  return Math.min(120, Math.max(50, columns));
}

/** A stream that may be a terminal. */
export type Screen = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** A message in lines: a terminal gets them wrapped, a command at the end on a line of its own; a log gets them as they are. */
export function messageLines(message: string, screen: Screen = process.stderr): string[] {
  const lines = message.split('\n');
  if (!screen.isTTY || lines.some((line) => /^\s+at /.test(line))) return lines;
  return lines.flatMap((line) => {
    const [, text = line, command] =
      /^(.+:) ((?:nimble-ml|uv|git|curl|powershell) .+)$/.exec(line) ?? [];
    return [...wrapText(text, terminalWidth(screen)), ...(command ? [`  ${command}`] : [])];
  });
}

/** A text in lines of at most so many characters; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Paths under a title; nothing when there are none. */
export function section(title: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  return ['', `  ${paint('title', title)}`, ...wrap(paths).map((line) => `  ${line}`)];
}

/** A line for every commit, each with what it holds. */
export function commitLines(commits: readonly string[], contents: readonly string[]): string[] {
  return commits.map((id, index) => `  commit ${id.slice(0, 10)}  ${contents[index]}`);
}

export function noteLines(notes: readonly string[], screen: Screen = process.stdout): string[] {
  return notes.flatMap((note) => {
    const narrower = { isTTY: screen.isTTY, columns: terminalWidth(screen) - '  Note: '.length };
    const [first = '', ...rest] = messageLines(note, narrower);
    return [`  ${paint('note', 'Note:')} ${first}`, ...rest.map((line) => `        ${line}`)];
  });
}

/** Commands to type, one a line. */
export function stepLines(steps: readonly string[]): string[] {
  return steps.map((step) => `  ${paint('command', step)}`);
}

/** A path as a shell takes it literally. */
export function quoteForShell(path: string): string {
  const plain = path.startsWith('-') ? `./${path}` : path;
  if (/^[\p{L}\p{N}_@%+:,./\\-]+$/u.test(plain) && (!plain.includes('\\') || isWindows))
    return plain;
  return isWindows ? `"${plain}"` : `'${plain.replaceAll("'", "'\\''")}'`;
}

const isWindows = process.platform === 'win32';
