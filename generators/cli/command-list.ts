import { readdirSync } from 'node:fs';
import type { Command } from './command.ts';

const FOLDER = new URL('../commands/', import.meta.url);

/** Every file of generators/commands/ is a command. The build replaces this module by one that imports them by name. */
export const commands: readonly Command[] = await Promise.all(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map(async (file) => (await import(new URL(file, FOLDER).href)).default as Command),
);
