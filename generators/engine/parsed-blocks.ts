import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ParsedBlock } from './block.ts';

/** Where the build puts them: next to the bundle. From source there is no such file. */
const FILE = new URL('../parsed-blocks.json', import.meta.url);

let known: Readonly<Record<string, ParsedBlock>> | undefined;

/** A block.yaml of exactly this text as the build parsed it; found by its hash, so never out of date. */
export function parsedAtBuild(text: string): ParsedBlock | undefined {
  known ??= existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  return known?.[textHash(text)];
}

/** The key under which a text is found. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
