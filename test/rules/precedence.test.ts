import { expect, test } from 'vitest';
import { PRECEDENCES } from '../../generators/merge/precedence.ts';
import { CATALOG, REMOVABLE, REPOSITORIES, treeOf } from '../support/repositories.ts';

/** Files that one program reads, in one place. Anything that a release adds goes here or into PRECEDENCES. */
const ALONE = [
  /^(src|tests|tasks|infra|notebooks|data|docs|orchestration|scripts|prompts|evals|examples|handbook|samples)\//, // read by path
  /^\.github\/(workflows|actions|rulesets|ISSUE_TEMPLATE)\//, // each file for itself
  /^\.gitlab\//, // included by name
  /(^|\/)\.gitignore$/, // each in its folder
  /^\.gitattributes$/,
  /^\.dvc(\/|ignore$)/,
  /^(README|AGENTS|CLAUDE|LICENSE)(\.md)?$/, // for readers
  /^\.env\.example$/, // for readers: programs read .env
  /^(config|analysis|tuning|dvc|gate|drift|batch|pipeline|schema|resources|prices)\.yaml$/, // of our own, and DVC's
  /^\.gitlab-ci\.yml$/,
  /^\.(yo-rc|nimble-ml\.lock)\.json$/,
];

const places = PRECEDENCES.flatMap((one) => one.places.map((place) => place.replace(/ \[.*/, '')));

test('every file that a program may also read elsewhere is in the list of precedences', async () => {
  const blocks = REMOVABLE.filter((id) => CATALOG.get(id)?.phase === 'never');
  const unknown = new Set<string>();
  const selections = [...REPOSITORIES, ...(await alternatives(blocks))];
  for (const given of selections) {
    for (const path of (await treeOf(given)).keys())
      if (!places.includes(path) && !ALONE.some((one) => one.test(path))) unknown.add(path);
  }
  expect([...unknown]).toEqual([]);
});

/** Each block that does not come by itself, in the first repository that takes it. */
async function alternatives(ids: readonly string[]) {
  const found = [];
  for (const id of ids) {
    for (const { modality } of REPOSITORIES) {
      const block = CATALOG.get(id);
      const without = [...CATALOG.values()]
        .filter((one) => one.id !== id && one.provides.some((it) => block?.provides.includes(it)))
        .map((one) => one.id);
      const given = { modality, with: [id], without };
      const isPossible = await treeOf(given).then(
        () => true,
        () => false,
      );
      if (!isPossible) continue;
      found.push(given);
      break;
    }
  }
  return found;
}

test('every place is named once in a list, and every list has two places', () => {
  for (const { places: list } of PRECEDENCES) {
    expect(new Set(list).size).toBe(list.length);
    expect(list.length).toBeGreaterThan(1);
  }
});
