import valid from 'semver/functions/valid.js';
import type { Answers } from './block.ts';
import type { BlockRecords } from './block-records.ts';
import { Refusal } from './errors.ts';
import { isPackageName, PACKAGE_KEY } from './names.ts';
import { isInside } from './paths.ts';
import { ANSWERS_FILE, ANSWERS_KEY } from './state.ts';

/** What a repository says of how it was made. */
export interface SavedAnswers {
  version: string;
  phase: number;
  blocks: readonly string[];
  /** Without the phase. */
  answers: Readonly<Record<string, unknown>> &
    Pick<Answers, 'name' | 'modality' | 'with' | 'without'>;
}

/** Mode and SHA-1 blob id of every path as rendered. */
export type Locked = ReadonlyMap<string, { mode: string; id: string }>;

/** Reads our key of .yo-rc.json, or says what is wrong with it. */
export function readSavedAnswers(bytes: Buffer | undefined): SavedAnswers {
  if (bytes === undefined) {
    throw new Refusal(
      `"${ANSWERS_FILE}" is not in the last commit, so nothing says how this repository was made. If it was: take it back with "git checkout COMMIT -- ${ANSWERS_FILE}" and commit.`,
    );
  }
  const all = parse(bytes);
  const ours = isObject(all) ? all[ANSWERS_KEY] : undefined;
  if (ours === undefined) {
    throw new Refusal(
      `"${ANSWERS_FILE}" holds no "${ANSWERS_KEY}": this repository was not written by nimble-ml.`,
    );
  }
  const wrong = firstWrong(ours);
  if (wrong === undefined) return ours as SavedAnswers;
  throw new Refusal(
    `"${ANSWERS_FILE}": "${wrong}" of "${ANSWERS_KEY}" is missing or changed by hand. ${TAKE_BACK}`,
  );
}

const TAKE_BACK = `Take the file back from history: git log --oneline -- ${ANSWERS_FILE}`;

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Refusal(`"${ANSWERS_FILE}" is not JSON: ${(error as Error).message}. ${TAKE_BACK}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first key that is not what we write. */
function firstWrong(ours: unknown): string | undefined {
  if (!isObject(ours)) return ANSWERS_KEY;
  const { version, phase, blocks, answers } = ours;
  if (typeof version !== 'string' || valid(version) === null) return 'version';
  if (![1, 2, 3, 4].includes(phase as number)) return 'phase';
  if (!isTexts(blocks)) return 'blocks';
  if (!isObject(answers)) return 'answers';
  for (const key of ['name', 'modality'])
    if (typeof answers[key] !== 'string') return `answers.${key}`;
  for (const key of ['with', 'without']) if (!isTexts(answers[key])) return `answers.${key}`;
  const renamed = answers[PACKAGE_KEY];
  if (renamed !== undefined && !(typeof renamed === 'string' && isPackageName(renamed)))
    return `answers.${PACKAGE_KEY}`;
  return undefined;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The blocks that the lock records; none when it does not. */
export function readRecords(bytes: Buffer | undefined): BlockRecords {
  const { blocks } = parseLock(bytes) ?? {};
  return isObject(blocks) && Object.values(blocks).every(isRecord) ? (blocks as never) : {};
}

function isRecord(record: unknown): boolean {
  if (!isObject(record) || typeof record.title !== 'string') return false;
  const { files = [], provides = [], requires = [], when = {}, entries = {} } = record;
  return (
    [files, provides, requires].every(isTexts) &&
    (files as string[]).every(isInside) &&
    [when, ...Object.values(isObject(entries) ? entries : { entries })].every(isTextByKey)
  );
}

function isTextByKey(value: unknown): boolean {
  return isObject(value) && isTexts(Object.values(value));
}

function parseLock(bytes: Buffer | undefined): Record<string, unknown> | undefined {
  if (bytes === undefined) return undefined;
  try {
    const lock: unknown = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
    return isObject(lock) && lock.schema === 1 ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the lock; undefined when it is missing or no longer one. */
export function readLocked(bytes: Buffer | undefined): Locked | undefined {
  const lock = parseLock(bytes);
  if (!lock || !isObject(lock.files)) return undefined;
  const files = new Map<string, { mode: string; id: string }>();
  for (const [path, entry] of Object.entries(lock.files)) {
    const [, mode, id] = /^(100644|100755) ([0-9a-f]{40})$/.exec(String(entry)) ?? [];
    if (!mode || !id || !isInside(path)) return undefined;
    files.set(path, { mode, id });
  }
  return files;
}

/** .yo-rc.json with our key as rendered and everything else as the user has it, byte for byte. */
export function keepOthersKeys(user: Buffer, rendered: Buffer): Buffer {
  const [theirs, ours] = [user.toString('latin1'), rendered.toString('latin1')];
  const plain = user.toString('utf8').replace(/^\ufeff/, '');
  if (Object.keys(JSON.parse(plain)).length === 1) return rendered;
  const [to, from] = [findValue(theirs, ANSWERS_KEY), findValue(ours, ANSWERS_KEY)];
  if (!to || !from) return user;
  return Buffer.from(theirs.slice(0, to[0]) + ours.slice(...from) + theirs.slice(to[1]), 'latin1');
}

/** Where the value of a key of a JSON object is in its text; of a key that is there twice, the last, as for JSON.parse. */
function findValue(text: string, wanted: string): [start: number, end: number] | undefined {
  let found: [number, number] | undefined;
  let [depth, key, start] = [0, '', 0];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (depth === 1 && /[,}]/.test(token) && key === wanted) {
      found = [start, text.slice(0, index).trimEnd().length];
    }
    if (depth === 1 && token === ',') key = '';
    if (depth === 1 && token.startsWith('"') && key === '') key = JSON.parse(token);
    if (depth === 1 && token === ':')
      start = index + 1 + (/^\s*/.exec(text.slice(index + 1))?.[0].length ?? 0);
    if (/[{[]/.test(token)) depth++;
    if (/[}\]]/.test(token)) depth--;
  }
  return found;
}
