import { expect, test } from 'vitest';
import { coverAll, expectOneInfra, type Repository } from '../e2e/steps/scan-every-cloud.ts';

function repository(modality: string, cloud: string, ...parts: string[]): Repository {
  return { modality, cloud, folder: `/${modality}-${cloud}`, parts: new Set(parts) };
}

const CLOUDS = ['aws', 'gcp', 'azure'];
const namesOf = (all: Repository[]) => all.map(({ modality, cloud }) => `${modality}/${cloud}`);

/** Code by modality, infra/ by cloud, a page that all have. */
const grid = (...modalities: string[]) =>
  modalities.flatMap((modality) =>
    CLOUDS.map((cloud) =>
      repository(modality, cloud, `src/a.py ${modality}`, `infra/ ${cloud}`, 'page 1'),
    ),
  );

test('what differs by one of the two is covered by as many as the longer of them', () => {
  const all = grid('a', 'b', 'c', 'd', 'e');
  const chosen = coverAll(all);
  expect(chosen).toHaveLength(5);
  const seen = new Set(chosen.flatMap(({ parts }) => [...parts]));
  for (const part of all.flatMap(({ parts }) => [...parts])) expect(seen).toContain(part);
});

test('a file that differs by both is scanned wherever it is', () => {
  const all = [...grid('a', 'b'), repository('b', 'gcp', 'docs/odd.md 1')];
  all[0]?.parts.add('docs/odd.md 2');
  const chosen = coverAll(all);
  expect(namesOf(chosen)).toEqual(expect.arrayContaining(['a/aws', 'b/gcp']));
  expect(chosen).toHaveLength(4);
});

test('an infra/ that differs by modality is refused: its Terraform tests ran for one of them only', () => {
  expect(() => expectOneInfra(grid('a', 'b'))).not.toThrow();
  const odd = repository('c', 'gcp', 'src/a.py c', 'infra/ another');
  expect(() => expectOneInfra([...grid('a', 'b'), odd])).toThrow('infra/ for gcp is not the same');
});
