/** A JSON text in the layout of another one: what a formatter made of our file stays as that formatter wants it. */
export function inLayoutOf(model: string, text: string): string {
  const value: unknown = JSON.parse(text);
  const known = JSON.parse(model.replace(BYTE_ORDER_MARK, ''));
  const indent = /^(\t+|(?: )+)"/m.exec(model)?.[1] ?? '  ';
  const width = [80, 100, 120, 0].find((one) => write(known, indent, one) === plain(model));
  if (width === undefined) return text; // no layout that is known
  const written = write(value, indent, width);
  const end = /\n\s*$/.test(model) ? '\n' : '';
  const whole = `${model.startsWith('\ufeff') ? '\ufeff' : ''}${written}${end}`;
  return model.includes('\r\n') ? whole.replaceAll('\n', '\r\n') : whole;
}

/** Whether two texts are the same data. */
export function isSameJson(one: string, other: string): boolean {
  try {
    return canonical(one) === canonical(other);
  } catch {
    return false;
  }
}

/** The data with sorted keys. */
function canonical(text: string): string {
  const value: unknown = JSON.parse(text.replace(BYTE_ORDER_MARK, ''));
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

const BYTE_ORDER_MARK = /^\ufeff/;

function plain(text: string): string {
  return text.replace(BYTE_ORDER_MARK, '').replaceAll('\r\n', '\n').trimEnd();
}

/** As formatters do it: an array on one line where it is not wider than `width`; objects one key a line. */
function write(value: unknown, indent: string, width: number, before = 0, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [inner, outer] = [indent.repeat(depth + 1), indent.repeat(depth)];
  if (Array.isArray(value)) {
    const items = value.map((one) => write(one, indent, width, 0, depth + 1));
    const line = `[${items.join(', ')}]`;
    const fits = outer.length + before + line.length <= width && !line.includes('\n');
    if (items.length === 0 || fits) return line;
    return `[\n${items.map((one) => inner + one).join(',\n')}\n${outer}]`;
  }
  const pairs = Object.entries(value).map(([key, one]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${write(one, indent, width, name.length + indent.length + 1, depth + 1)}`;
  });
  return pairs.length === 0 ? '{}' : `{\n${pairs.join(',\n')}\n${outer}}`;
}
