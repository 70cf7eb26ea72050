import { describe, expect, test } from 'vitest';
import { resolveRequirements } from '../../generators/merge/requirements.ts';

const project = (...lines: string[]) =>
  [
    '[project]',
    'name = "x"',
    'dependencies = [',
    ...lines.map((line) => `  ${line}`),
    ']',
    '',
  ].join('\n');
const BASE = project('"numpy>=2,<3",', '"pandas>=2,<3",');

/** The list when all three texts agree on it, or nothing when something is in conflict. */
function resolved(current: string, incoming: string, base = BASE): string[] | undefined {
  const texts = resolveRequirements({ base, current, incoming });
  if (texts.base !== texts.current || texts.current !== texts.incoming) return undefined;
  return texts.current.split('\n').slice(3, -2);
}

describe('a list of requirements is merged by package', () => {
  test('what the user added stays and what the template raised is raised, side by side', () => {
    const current = project('"numpy>=2,<3",', '"httpx>=0.27",', '"pandas>=2,<3",');
    expect(resolved(current, project('"numpy>=2.2,<3",', '"pandas>=3,<4",'))).toEqual([
      '  "numpy>=2.2,<3",',
      '  "httpx>=0.27",',
      '  "pandas>=3,<4",',
    ]);
  });

  test('a pin of the user stays where the template has not changed', () => {
    const current = project('"numpy==2.1.0",', '"pandas>=2,<3",');
    const incoming = project('"numpy>=2,<3",', '"optuna>=4",', '"pandas>=2,<3",');
    expect(resolved(current, incoming)).toEqual([
      '  "numpy==2.1.0",',
      '  "optuna>=4",',
      '  "pandas>=2,<3",',
    ]);
  });

  test('extras, case, dashes and dots are the same package', () => {
    const base = project('"Foo.Bar>=1",');
    expect(
      resolved(project('"Foo.Bar>=1",', '"x",'), project('"foo-bar[fast]>=2",'), base),
    ).toEqual(['  "foo-bar[fast]>=2",', '  "x",']);
  });

  test('where it applies is part of what it is: two lines for two systems stay two', () => {
    const base = project(
      '"torch>=2; sys_platform == \'darwin\'",',
      '"torch>=2,<3; sys_platform != \'darwin\'",',
    );
    const incoming = base.replace('>=2,<3', '>=2.5,<3');
    expect(resolved(base.replace('\n]\n', '\n  "x",\n]\n'), incoming, base)).toHaveLength(3);
  });

  test('what the user took out stays out, what the template took out goes', () => {
    expect(
      resolved(project('"pandas>=2,<3",'), project('"numpy>=2.2,<3",', '"pandas>=2,<3",')),
    ).toEqual(['  "pandas>=2,<3",']);
    expect(
      resolved(project('"x",', '"numpy>=2,<3",', '"pandas>=2,<3",'), project('"pandas>=2,<3",')),
    ).toEqual(['  "x",', '  "pandas>=2,<3",']);
  });

  test("a comment of the user's stays behind a requirement that is raised", () => {
    const current = project('"numpy>=2,<3",  # a reason', '"pandas>=2,<3",');
    const lines = resolved(current, project('"numpy>=2.2,<3",', '"pandas>=2,<3",'));
    expect(lines?.[0]).toBe('  "numpy>=2.2,<3",  # a reason');
  });

  test('a last line without a comma gets one when another follows', () => {
    const current = project('"numpy>=2,<3",', '"pandas>=2,<3",', '"httpx"');
    const lines = resolved(current, project('"numpy>=2,<3",', '"pandas>=2,<3",', '"optuna>=4",'));
    expect(lines?.slice(0, -1).every((line) => line.endsWith(','))).toBe(true);
  });
});

describe('a list is found wherever TOML allows it', () => {
  const raised = (before: string, after: string) => {
    const list = (version: string, ...more: string[]) =>
      [before, `  "numpy>=${version}",`, ...more.map((line) => `  ${line}`), after, ''].join('\n');
    const texts = { base: list('2'), current: list('2', '"x",'), incoming: list('3') };
    return resolveRequirements(texts).current;
  };

  test.each([
    ['under a dotted key', 'project.dependencies = ['],
    ['in a table with quotes and blanks', '[ "dependency-groups" ]\ndev = ['],
    ['behind a comment', '[project]\ndependencies = [ # [tool.other]'],
    [
      'after a text that looks like a table',
      "[project]\na = '''\n[tool.other]\n'''\ndependencies = [",
    ],
    ['as an optional list', '[project.optional-dependencies]\n"gpu x" = ['],
    ['for uv', '[tool.uv]\nconstraint-dependencies = ['],
  ])('%s', (_where, before) => {
    expect(raised(before, ']')).toContain('\n  "numpy>=3",\n  "x",\n]');
  });

  test('next to a group that includes another', () => {
    const list = (...lines: string[]) => `[dependency-groups]\ndev = [\n${lines.join('\n')}\n]\n`;
    const include = '  { include-group = "test" },';
    const texts = resolveRequirements({
      base: list(include, '  "ruff>=1",'),
      current: list(`${include} # mine`, '  "ruff>=1",'),
      incoming: list(include, '  "ruff>=2",'),
    });
    expect(texts.current).toBe(list(`${include} # mine`, '  "ruff>=2",'));
  });
});

describe('what is in conflict, or written another way, is left to a merge of lines', () => {
  test.each([
    [
      'both raised one package',
      project('"numpy>=2.1,<3",', '"pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
    [
      'two requirements on a line',
      project('"numpy>=2,<3", "x",', '"pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
    [
      'an open quote',
      project('"numpy>=2,<3", "broken', '"pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
    [
      'a comma on the next line',
      project('"numpy>=2,<3"', ', "pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
    [
      'a package named twice',
      project('"numpy>=2,<3",', '"numpy!=2.1",', '"pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
  ])('%s', (_what, current, incoming) => {
    expect(resolved(current, incoming)).toBeUndefined();
    expect(resolveRequirements({ base: BASE, current, incoming }).current).toContain(
      current.split('\n')[3],
    );
  });

  test('lists of anything else are not touched', () => {
    const list = (...words: string[]) => `[tool.ruff.lint]\nselect = [\n${words.join('\n')}\n]\n`;
    const texts = {
      base: list('"A",'),
      current: list('"A",', '"B",'),
      incoming: list('"C",'),
    };
    expect(resolveRequirements(texts)).toEqual(texts);
  });
});

describe('a list on one line, or in an inline table, is merged by package', () => {
  const flat = (...entries: string[]) =>
    `[project]\nname = "x"\ndependencies = [${entries.map((one) => `"${one}"`).join(', ')}]\n`;

  /** The one text of all three versions; nothing when something is in conflict. */
  function merged(base: string, current: string, incoming: string): string | undefined {
    const texts = resolveRequirements({ base, current, incoming });
    return texts.base === texts.current && texts.current === texts.incoming
      ? texts.current
      : undefined;
  }

  test('that all three write so', () => {
    const base = flat('numpy>=2,<3', 'pandas>=2,<3');
    const current = flat('numpy>=2,<3', 'pandas>=2,<3', 'httpx[http2]>=0.27');
    const incoming = flat('numpy>=2.2,<3', 'pandas>=2,<3', 'polars>=1');
    expect(merged(base, current, incoming)).toBe(
      flat('numpy>=2.2,<3', 'pandas>=2,<3', 'polars>=1', 'httpx[http2]>=0.27'),
    );
  });

  test('that only the user writes so', () => {
    const incoming = project('"numpy>=2.2,<3",', '"optuna>=4",', '"pandas>=2,<3",');
    expect(merged(BASE, flat('numpy>=2,<3', 'pandas>=2,<3', 'x'), incoming)).toBe(
      flat('numpy>=2.2,<3', 'optuna>=4', 'pandas>=2,<3', 'x'),
    );
  });

  test('that only the template writes so; the comments of the user stay', () => {
    const current = project('"numpy>=2,<3", # why', '"pandas>=2,<3",', '"x",');
    const [base, incoming] = [
      flat('numpy>=2,<3', 'pandas>=2,<3'),
      flat('numpy>=2.2,<3', 'pandas>=2,<3', 'y'),
    ];
    expect(merged(base, current, incoming)).toBe(
      project('"numpy>=2.2,<3", # why', '"pandas>=2,<3",', '"y",', '"x",'),
    );
  });

  test('that is empty', () => {
    const empty = '[project]\nname = "x"\ndependencies = []\n';
    expect(merged(empty, empty.replace('[]', '["x"]'), empty.replace('[]', '["y"]'))).toBe(
      empty.replace('[]', '["y", "x"]'),
    );
  });

  test('in inline tables of groups and extras', () => {
    const groups = (dev: string) =>
      `dependency-groups = { dev = [${dev}] }\n\n[project]\noptional-dependencies = { gui = [${dev}], x = [] }\n`;
    expect(merged(groups('"a>=1"'), groups('"a>=1", "mine"'), groups('"a>=2"'))).toBe(
      groups('"a>=2", "mine"'),
    );
  });

  test('a package that both changed is in conflict, and nothing else is lost', () => {
    const texts = resolveRequirements({
      base: flat('numpy>=2,<3', 'pandas>=2'),
      current: flat('numpy>=2.1', 'pandas>=2', 'x'),
      incoming: flat('numpy>=2.2', 'pandas>=3'),
    });
    expect(texts.current).toBe(flat('numpy>=2.1', 'pandas>=3', 'x'));
    expect(texts.incoming).toBe(flat('numpy>=2.2', 'pandas>=3', 'x'));
  });
});
