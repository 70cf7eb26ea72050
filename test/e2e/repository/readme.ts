// The commands of a README and of AGENTS.md.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Fences whose lines are commands; those of other languages are not run. */
const SHELLS = new Set(['sh', 'bash', 'shell', 'console']);

/** Pages whose every command is run. */
const PAGES = ['README.md', 'AGENTS.md'];

/** The lines of the pages' shell blocks, in order, without prompts and comments. */
export async function readCommands(repository: string): Promise<string[]> {
  const texts = await Promise.all(PAGES.map((page) => readFile(join(repository, page), 'utf8')));
  return [...new Set(texts.flatMap(parseCommands))];
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
