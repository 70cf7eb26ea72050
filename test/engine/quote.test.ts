import fc from 'fast-check';
import { marked } from 'marked';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { QUOTES } from '../../generators/engine/quote.ts';

const quote = (language: string, text: string) => {
  const quoter = QUOTES[language];
  if (!quoter) throw new Error(`no quotes for ${language}`);
  return quoter(text);
};

/** Any text without lone surrogates, with more of what means something somewhere. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      ...'"\'\\`$#{}[]<>%&|:;,=!?*_-+~@^()/ \t\r\n\u0000\u001b\u007f\u0085\u00a0\u2028\u2029\u202e\ufeff\uffff',
    ),
  }),
);

describe.each([
  ['toml', (line: string) => parseToml(`key = ${line}\nnext = 1\n`)],
  ['yaml', (line: string) => parseYaml(`key: ${line}\nnext: 1\n`)],
  ['json', (line: string) => JSON.parse(`{ "key": ${line}, "next": 1 }`)],
])('a text quoted for %s', (language, parse) => {
  test('comes back from a real parser exactly as it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parse(quote(language, text))).toEqual({ key: text, next: 1 });
      }),
      { numRuns: 1000 },
    );
  });

  test('stays on its line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(quote(language, text)).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

test('a text quoted for YAML or TOML holds no character that their specifications forbid', () => {
  const forbidden = [...'\u007f\u0080\u009f\u2028\u2029\ufeff\ufffe\uffff'];
  for (const language of ['yaml', 'toml']) {
    for (const character of forbidden) {
      expect(quote(language, `a${character}b`)).toMatch(/^"a\\u[0-9a-f]{4}b"$/);
    }
  }
});

test('a list of texts in YAML flow style comes back as it was', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, two) => {
      const line = `[${quote('yaml', one)}, ${quote('yaml', two)}]`;
      expect(parseYaml(line)).toEqual([one, two]);
    }),
  );
});

describe('a text quoted for Markdown', () => {
  const visible = anyText
    .map((text) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim())
    .filter((text) => text !== '');
  const decode = (html: string) =>
    html
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');

  test('is one paragraph that reads as the text did, without a tag of its own', () => {
    fc.assert(
      fc.property(visible, (text) => {
        const html = marked.parse(`${quote('markdown', text)}\n`, { async: false, gfm: false });
        expect(decode(html)).toBe(`<p>${text}</p>\n`);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '- item',
    '+ item',
    '1. item',
    '2) item',
    '---',
    '===',
    '# head',
    '> quote',
    '| a | b |',
  ])('"%s" at the start of a line is text', (text) => {
    const html = marked.parse(`Title\n\n${quote('markdown', text)}\n\nnext`, { async: false });
    expect(decode(html)).toBe(`<p>Title</p>\n<p>${text}</p>\n<p>next</p>\n`);
  });

  test('breaks no row of a table', () => {
    const html = marked.parse(`| a |\n|---|\n| ${quote('markdown', 'x | y')} |\n`, {
      async: false,
    });
    expect(html).toContain('<td>x | y</td>');
  });
});

describe('what our own parser of Markdown does not know', () => {
  test('pages that are filled in once more (Jekyll, MkDocs) find nothing to fill in', () => {
    const text = '{{ site.title }} {% include x %} {# x #} }} %}';
    expect(quote('markdown', text)).not.toMatch(/\{[{%#]|[%}#]\}/);
  });

  test('GitHub finds no formula', () => {
    expect(quote('markdown', '$x^2$')).toBe('\\$x^2\\$');
  });

  test('a template may put the text into a link, and a link behind it', () => {
    const inline = (line: string) => String(marked.parseInline(line, { async: false }));
    for (const text of ['a](b', 'a [b', 'wow!']) {
      const html = inline(`[${quote('markdown', text)}](https://x.org)`);
      expect(html).toBe(`<a href="https://x.org">${text}</a>`);
    }
    expect(inline(`${quote('markdown', 'wow!')}[more](https://x.org)`)).toBe(
      'wow!<a href="https://x.org">more</a>',
    );
  });
});

test('a plain text is the text on one line', () => {
  expect(quote('plain', ' Ada \n  <Lovelace> ')).toBe('Ada <Lovelace>');
});
