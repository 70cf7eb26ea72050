// The commands of a README.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Fences whose lines are commands; those of other languages are not run. */
const SHELLS = new Set(['sh', 'bash', 'shell', 'console']);

/** The lines of the README's shell blocks, in order, without prompts and comments. */
export async function readCommands(repository: string): Promise<string[]> {
  const text = await readFile(join(repository, 'README.md'), 'utf8');
  return parseCommands(text);
}

export function parseCommands(markdown: string): string[] {
  const commands: string[] = [];
  let fence: string | undefined;
  let open = '';
  for (const line of markdown.split('\n')) {
    const mark = /^\s*```\s*(\w*)/.exec(line);
    if (mark) {
      fence = fence === undefined ? mark[1] : undefined;
      continue;
    }
    if (fence === undefined || !SHELLS.has(fence)) continue;
    open += line.replace(/^\s*\$\s/, '').replace(/(^|\s)#\s.*$/, '');
    if (open.endsWith('\\')) {
      open = open.slice(0, -1);
      continue;
    }
    if (open.trim()) commands.push(open.trim());
    open = '';
  }
  return commands;
}
