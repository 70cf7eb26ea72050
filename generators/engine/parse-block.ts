import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import schema from '../../docs/schemas/block.schema.json' with { type: 'json' };
import type { Block } from './block.ts';
import { Refusal, suggest } from './errors.ts';

const validate = new Ajv({ strict: false, verbose: true }).compile(schema);

/** A block from the text of its block.yaml. Errors name the file and the line. */
export function parseBlock(
  text: string,
  file: string,
  place: Pick<Block, 'kind' | 'folder'>,
): Block {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    throw new Refusal(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  }
  const where = (...keys: string[]) => `${file}:${lineOf(document, lines, keys)}`;
  const stated = document.toJS() ?? {};
  if (!validate(stated)) throw new Refusal(explain(validate.errors?.[0], where));
  return {
    provides: [],
    requires: [],
    conflicts: [],
    when: {},
    options: {},
    words: {},
    slots: {},
    fills: {},
    ...(stated as Pick<Block, 'id' | 'title' | 'phase' | 'why' | 'adoptWhen' | 'cost' | 'remove'>),
    ...place,
    where,
  };
}

/** The line of the deepest of these keys that is there. */
function lineOf(document: Document, lines: LineCounter, keys: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    }
  }
  return lines.linePos(offset).line;
}

/** One sentence for the first thing the schema refuses. */
function explain(error: ErrorObject | undefined, where: (...keys: string[]) => string): string {
  if (!error) return `${where()}: not a block`;
  const keys = error.instancePath.split('/').slice(1);
  const at = keys.join('.') || 'block';
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    const allowed = Object.keys(error.parentSchema?.properties ?? {});
    return `${where(...keys, key)}: "${key}" is not a key of ${at}.${suggest(key, allowed)}`;
  }
  const given = JSON.stringify(error.data);
  if (error.keyword === 'required') {
    return `${where(...keys)}: ${at} lacks "${error.params.missingProperty}". Add it.`;
  }
  if (error.keyword === 'enum') {
    return `${where(...keys)}: "${at}" cannot be ${given}.${suggest(String(error.data), error.params.allowedValues)}`;
  }
  return `${where(...keys)}: "${at}" cannot be ${given}: it ${error.message}.`;
}
