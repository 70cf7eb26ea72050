import { Ajv, type ErrorObject } from 'ajv';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import schema from '../../docs/schemas/block.schema.json' with { type: 'json' };
import { lineOf, type ParsedBlock } from './block.ts';
import { Refusal, suggest } from './errors.ts';

const validate = new Ajv({
  strict: false,
  verbose: true,
  allErrors: true,
  formats: { regex: isRegularExpression },
}).compile(schema);

/** What a block.yaml states, and the line of each of its keys. Errors name the file and the line. */
export function parseBlock(text: string, file: string): ParsedBlock {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    throw new Refusal(`${file}:${counter.linePos(broken.pos[0]).line}: ${broken.message}`);
  }
  const lines = linesOf(document.contents, counter);
  const stated = document.toJS() ?? {};
  if (!validate(stated)) {
    const where = (...keys: string[]) => `${file}:${lineOf(lines, keys)}`;
    throw new Refusal(explain(worst(validate.errors), where));
  }
  return { stated: stated as ParsedBlock['stated'], lines };
}

/** `a.b` → line, for every key of a map of maps. */
function linesOf(node: unknown, counter: LineCounter, above = ''): Record<string, number> {
  if (!isMap(node)) return {};
  return Object.assign(
    {},
    ...node.items.map((pair) => {
      if (!isScalar(pair.key)) return {};
      const path = above + String(pair.key.value);
      const line = counter.linePos(pair.key.range?.[0] ?? 0).line;
      return { [path]: line, ...linesOf(pair.value, counter, `${path}.`) };
    }),
  );
}

/** A mistyped key is also a missing one: the first says more. */
function worst(errors: typeof validate.errors): ErrorObject | undefined {
  return errors?.find((one) => one.keyword === 'additionalProperties') ?? errors?.[0];
}

/** One sentence for the first thing the schema refuses. */
function explain(error: ErrorObject | undefined, where: (...keys: string[]) => string): string {
  if (!error) return `${where()}: not a block`;
  const keys = error.instancePath.split('/').slice(1).map(unescapePointer);
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

/** A key as it is in the file: JSON pointers write "/" as "~1" and "~" as "~0". */
function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
