import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkName, nameFrom, packageOf } from '../../generators/engine/names.ts';
import { refusalOf } from '../support/refusals.ts';

/** What Python says of itself; nothing where there is none. */
const PYTHON = pythonWords().filter((word) => /^[a-z]/.test(word));

function pythonWords(): string[] {
  const code =
    'import keyword as k, sys; print(*k.kwlist, *k.softkwlist, *sys.stdlib_module_names)';
  const { stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  return stdout?.trim().split(' ') ?? [];
}

describe('checkName', () => {
  test.each(['a', 'churn', 'churn-model', 'model-2', 'a1-b2-c3', 'x'.repeat(30)])(
    '"%s" is a name',
    (name) => {
      expect(() => checkName(name)).not.toThrow();
    },
  );

  test.each([
    '',
    '-',
    'Churn',
    'churn_model',
    'churn model',
    'churn--model',
    '-churn',
    'churn-',
    '2churn',
    'churn.model',
    '../churn',
    '/churn',
    'chürn',
    'churn\n',
    'ｃhurn',
    'x'.repeat(31),
    '<%= 1 %>',
    '${{ x }}',
  ])('%j is not a repository name', (name) => {
    expect(refusalOf(() => checkName(name))).toContain('is not a name for a repository');
  });

  test.each(['class', 'lambda', 'async'])(
    'the Python keyword "%s" is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain(`Use "${name}-ml"`);
    },
  );

  test.each(['json', 'logging', 'test', 'tests', 'unittest', 'site', 'types', 'py-compile'])(
    'the module "%s" of Python is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain('uses it already');
    },
  );

  test.runIf(PYTHON.length > 0)('no keyword and no module of the Python at hand is one', () => {
    const free = PYTHON.filter((word) => nameFrom(word) === word.replaceAll('_', '-'));
    expect(free).toEqual([]);
  });

  test.each(['numpy', 'torch', 'mlflow', 'sklearn', 'scikit-learn', 'yaml', 'pyyaml', 'ruff'])(
    'the well-known package "%s" is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain('uses it already');
    },
  );

  test.each(['none', 'true', 'null', 'no', 'on'])(
    'the word "%s" of YAML is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain('uses it already');
    },
  );

  test.each(['con', 'nul', 'aux', 'com1', 'lpt9'])(
    'the device "%s" of Windows is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain('uses it already');
    },
  );

  test.each(['src', 'tasks', 'notebooks', 'models', 'reports', 'data', 'infra', 'docs'])(
    'the folder "%s" of a repository is not a repository name',
    (name) => {
      expect(refusalOf(() => checkName(name))).toContain('uses it already');
    },
  );

  test('the cure in the message is a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        try {
          checkName(text);
        } catch (error) {
          const cure = /Use "(.*)"\.$/.exec((error as Error).message)?.[1];
          if (cure !== undefined) expect(() => checkName(cure)).not.toThrow();
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('nameFrom', () => {
  test.each([
    ['Churn Model', 'churn-model'],
    ['churn_model', 'churn-model'],
    ['Modèle à clés', 'modele-a-cles'],
    ['  __x__  ', 'x'],
    ['2024-forecast', 'forecast'],
    ['json', 'json-ml'],
    ['東京', ''],
    ['', ''],
    ['..', ''],
    [`${'long-'.repeat(7)}x`, 'long-long-long-long-long-long'],
  ])('makes of the folder "%s" the name "%s"', (folder, name) => {
    expect(nameFrom(folder)).toBe(name);
  });

  test('gives an allowed name, or none, for every folder there can be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (folder) => {
        const name = nameFrom(folder);
        if (name !== '') expect(() => checkName(name)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  test('leaves a name that is one as it is', () => {
    expect(nameFrom('churn-model-2')).toBe('churn-model-2');
  });
});

test('the package of a name is the name with underscores', () => {
  expect(packageOf('churn-model-2')).toBe('churn_model_2');
});
