import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { Refusal } from '../engine/errors.ts';

/** More than any set of answers needs. */
const LARGEST = 1_000_000;

/** Answers from a YAML or JSON file, `-` for standard input. Keys are those of the questions. */
export function readAnswersFile(path: string): Record<string, unknown> {
  const text = path === '-' ? readFileSync(0, 'utf8') : readText(path);
  let answers: unknown;
  try {
    answers = parse(text);
  } catch (error) {
    const [first] = String(error instanceof Error ? error.message : error).split('\n');
    throw new Refusal(`--answers: "${path}" is neither YAML nor JSON: ${first}`);
  }
  if (answers === null || typeof answers !== 'object' || Array.isArray(answers)) {
    throw new Refusal(`--answers: "${path}" holds no answers. Write one "key: value" per line.`);
  }
  return answers as Record<string, unknown>;
}

function readText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new Refusal(`--answers: there is no file "${path}".`);
  if (found.size > LARGEST) {
    throw new Refusal(
      `--answers: "${path}" has ${found.size} bytes. Up to ${LARGEST} are allowed.`,
    );
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(`--answers: "${path}" cannot be read: ${(error as Error).message}`);
  }
}
