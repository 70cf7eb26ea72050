import { describe, expect, test } from 'vitest';
import { settleRequirements } from '../../generators/merge/requirements.ts';

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

/** The list on which all three sides agree after settling, or nothing when something is in dispute. */
function settled(ours: string, theirs: string, base = BASE): string[] | undefined {
  const [one, two, three] = settleRequirements([base, ours, theirs]);
  if (one !== two || two !== three) return undefined;
  return two.split('\n').slice(3, -2);
}

describe('a list of requirements is merged by package', () => {
  test('what the user added stays and what the template raised is raised, side by side', () => {
    const ours = project('"numpy>=2,<3",', '"httpx>=0.27",', '"pandas>=2,<3",');
    expect(settled(ours, project('"numpy>=2.2,<3",', '"pandas>=3,<4",'))).toEqual([
      '  "numpy>=2.2,<3",',
      '  "httpx>=0.27",',
      '  "pandas>=3,<4",',
    ]);
  });

  test('a pin of the user stays where the template says what it said before', () => {
    const ours = project('"numpy==2.1.0",', '"pandas>=2,<3",');
    const theirs = project('"numpy>=2,<3",', '"optuna>=4",', '"pandas>=2,<3",');
    expect(settled(ours, theirs)).toEqual([
      '  "numpy==2.1.0",',
      '  "optuna>=4",',
      '  "pandas>=2,<3",',
    ]);
  });

  test('extras, case, dashes and dots are the same package', () => {
    const base = project('"Foo.Bar>=1",');
    expect(settled(project('"Foo.Bar>=1",', '"x",'), project('"foo-bar[fast]>=2",'), base)).toEqual(
      ['  "foo-bar[fast]>=2",', '  "x",'],
    );
  });

  test('where it applies is part of what it is: two lines for two systems stay two', () => {
    const base = project(
      '"torch>=2; sys_platform == \'darwin\'",',
      '"torch>=2,<3; sys_platform != \'darwin\'",',
    );
    const theirs = base.replace('>=2,<3', '>=2.5,<3');
    expect(settled(base.replace('\n]\n', '\n  "x",\n]\n'), theirs, base)).toHaveLength(3);
  });

  test('what the user took out stays out, what the template took out goes', () => {
    expect(
      settled(project('"pandas>=2,<3",'), project('"numpy>=2.2,<3",', '"pandas>=2,<3",')),
    ).toEqual(['  "pandas>=2,<3",']);
    expect(
      settled(project('"x",', '"numpy>=2,<3",', '"pandas>=2,<3",'), project('"pandas>=2,<3",')),
    ).toEqual(['  "x",', '  "pandas>=2,<3",']);
  });

  test("a comment of the user's stays behind a requirement that is raised", () => {
    const ours = project('"numpy>=2,<3",  # a reason', '"pandas>=2,<3",');
    expect(settled(ours, project('"numpy>=2.2,<3",', '"pandas>=2,<3",'))?.[0]).toBe(
      '  "numpy>=2.2,<3",  # a reason',
    );
  });

  test('a last line without a comma gets one when another follows', () => {
    const ours = project('"numpy>=2,<3",', '"pandas>=2,<3",', '"httpx"');
    const lines = settled(ours, project('"numpy>=2,<3",', '"pandas>=2,<3",', '"optuna>=4",'));
    expect(lines?.slice(0, -1).every((line) => line.endsWith(','))).toBe(true);
  });
});

describe('what is in dispute, or not wholly understood, is left to a merge of lines', () => {
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
      'a package named twice',
      project('"numpy>=2,<3",', '"numpy!=2.1",', '"pandas>=2,<3",'),
      project('"numpy>=2.2,<3",', '"pandas>=2,<3",'),
    ],
  ])('%s', (_what, ours, theirs) => {
    expect(settled(ours, theirs)).toBeUndefined();
    expect(settleRequirements([BASE, ours, theirs])[1]).toContain(ours.split('\n')[3]);
  });

  test('lists of anything else are not touched', () => {
    const list = (...words: string[]) => `[tool.ruff.lint]\nselect = [\n${words.join('\n')}\n]\n`;
    const sides = [list('"A",'), list('"A",', '"B",'), list('"C",')] as const;
    expect(settleRequirements(sides)).toEqual(sides);
  });
});
