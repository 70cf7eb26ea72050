import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { Refusal } from '../engine/errors.ts';

/** More bytes than any set of answers needs. */
const LARGEST = 1_000_000;

/** Answers from a YAML or JSON file, `-` for standard input. Keys are those of the questions. */
export async function readAnswersFile(path: string): Promise<Record<string, unknown>> {
  const answers = parse(path, decode(path, path === '-' ? await readInput() : readBytes(path)));
  if (answers === null || typeof answers !== 'object' || Array.isArray(answers)) {
    throw new Refusal(`--answers: "${path}" holds no answers. Write one "key: value" per line.`);
  }
  return answers as Record<string, unknown>;
}

function parse(path: string, text: string): unknown {
  try {
    const document = parseDocument(text);
    const [wrong] = [...document.errors, ...document.warnings];
    if (wrong) throw wrong;
    return document.toJS();
  } catch (error) {
    const [first] = String(error instanceof Error ? error.message : error).split('\n');
    throw new Refusal(`--answers: "${path}" is neither YAML nor JSON: ${first}`);
  }
}

function decode(path: string, bytes: Buffer): string {
  if (bytes.length > LARGEST) {
    throw new Refusal(`--answers: "${path}" is too long. Up to ${LARGEST} bytes are allowed.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(`--answers: "${path}" is not UTF-8. Save it as UTF-8.`);
  }
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > LARGEST) break;
  }
  return Buffer.concat(chunks);
}

function readBytes(path: string): Buffer {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new Refusal(`--answers: there is no file "${path}".`);
  if (found.size > LARGEST) return Buffer.alloc(LARGEST + 1);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Refusal(`--answers: "${path}" cannot be read: ${(error as Error).message}`);
  }
}
