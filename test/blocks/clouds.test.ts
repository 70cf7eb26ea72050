import { describe, expect, test } from 'vitest';
import { MONTHLY_COST } from '../e2e/repository/cost.ts';
import { choicesOf, MODALITIES, PHASES, textsOf, treeOf } from '../support/repositories.ts';

const CLOUDS = choicesOf('cloud').filter((cloud) => cloud !== 'none');
const NEWEST = String(Math.max(...PHASES));

/** What one cloud alone can be told, because only there it means something. */
const OWN: Record<string, string[]> = {
  aws: ['detailed_monitoring', 'extra_policies', 'github_provider_exists'],
  azure: ['bastion', 'encryption_at_host', 'registry', 'ssh_public_key', 'subscription_id'],
  gcp: ['billing_account', 'google_project', 'gpu_image'],
};

interface Part {
  name: string;
  body: string;
}

/** The blocks `kind "name" { … }` in infra/, by name. */
async function partsOf(kind: string, cloud: string, phase = NEWEST): Promise<Part[]> {
  const texts = [...textsOf(await treeOf({ cloud, phase }))];
  const infra = texts.filter(([path]) => /^infra\/[^/]+\.tf$/.test(path)).map(([, text]) => text);
  const pattern = new RegExp(`^${kind} "(\\w+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm');
  const parts = [...infra.join('\n').matchAll(pattern)];
  return parts
    .map(([, name = '', body = '']) => ({ name, body }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const namesOf = (parts: Part[]) => parts.map(({ name }) => name);
const typeOf = ({ body }: Part) => /^ {2}type += (.+)$/m.exec(body)?.[1];

async function filesOf(given: Record<string, string>, folder: string): Promise<[string, string][]> {
  const tree = await treeOf({ phase: NEWEST, ...given });
  const found = [...tree].filter(([path]) => path.startsWith(folder));
  return found.map(([path, { bytes }]) => [path, bytes.toString('base64')]);
}

test('there are three clouds', () => {
  expect(CLOUDS).toEqual(['aws', 'azure', 'gcp']);
});

describe.each(CLOUDS)('%s', (cloud) => {
  test.each(PHASES.map(String))('has the outputs of every other at phase %s', async (phase) => {
    const outputs = namesOf(await partsOf('output', cloud, phase));
    expect(outputs).toEqual(namesOf(await partsOf('output', 'aws', phase)));
    expect(outputs).toContain('connect');
  });

  test('says of every output and every variable what it is', async () => {
    for (const kind of ['output', 'variable']) {
      for (const { name, body } of await partsOf(kind, cloud)) {
        expect(body, name).toMatch(/^ {2}description += (".{10}|<<)/m);
      }
    }
  });

  test('has the variables of every other, of the same type, and few of its own', async () => {
    const own = OWN[cloud] ?? [];
    const variables = await partsOf('variable', cloud);
    const shared = (await partsOf('variable', 'aws')).filter(
      ({ name }) => !OWN.aws?.includes(name),
    );
    expect(namesOf(variables)).toEqual([...namesOf(shared), ...own].sort());
    for (const one of shared) {
      const here = variables.find(({ name }) => name === one.name);
      expect(here && typeOf(here), one.name).toBe(typeOf(one));
      expect(typeOf(one), one.name).toBeDefined();
    }
  });

  test('puts the project and who manages it on everything', async () => {
    const texts = [...textsOf(await treeOf({ cloud, phase: NEWEST }))];
    const own = texts.filter(([path]) => /^infra\/(state\/)?[^/]+\.tf$/.test(path));
    const tags =
      /merge\(var\.tags, \{ project += (local|var)\.project, managed_by += "terraform" \}\)/;
    const tagging = own.filter(([, text]) => tags.test(text)).map(([path]) => path);
    expect(tagging).toHaveLength(2);
    expect(tagging).toContain('infra/state/main.tf');
  });

  test('has the tasks of every other, byte for byte', async () => {
    const tasks = await filesOf({ cloud }, 'tasks/');
    expect(tasks).toEqual(await filesOf({ cloud: 'aws' }, 'tasks/'));
    expect(tasks.map(([path]) => path)).toContain('tasks/infra.toml');
  });

  test.each(MODALITIES)('gives %s the infra/ of every other modality', async (modality) => {
    const infra = await filesOf({ cloud, modality }, 'infra/');
    expect(infra).toEqual(await filesOf({ cloud }, 'infra/'));
    expect(infra.length).toBeGreaterThan(10);
  });

  test('knows the price of the VM that it makes when no other is asked for', async () => {
    const texts = textsOf(await treeOf({ cloud, phase: NEWEST }));
    const prices = texts.get('infra/prices.tf') ?? '';
    const size = (await partsOf('variable', cloud)).find(({ name }) => name === 'instance_type');
    const [, usual] = /default += "(.+)"/.exec(size?.body ?? '') ?? [];
    const [, from] = /prices_from = "(.+)"/.exec(prices) ?? [];
    expect(prices).toMatch(new RegExp(`"${usual}" += 0\\.\\d+\\n`));
    expect(`about $1.00 (${from})`).toMatch(MONTHLY_COST);
  });
});
