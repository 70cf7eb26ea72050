import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { argumentRange } from '../../generators/cli/command.ts';
import { commands } from '../../generators/cli/command-list.ts';
import { installSmall, runBin } from '../support/bin.ts';

const GENERATORS = join(import.meta.dirname, '../../generators');
const SMALL = installSmall();

test('every file of generators/commands is a command with the name of the file', () => {
  const files = readdirSync(join(GENERATORS, 'commands')).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(5);
  expect(commands.map((one) => `${one.name}.ts`)).toEqual(files.sort());
});

test('every command is a Yeoman generator, and "new" is the one without a name', () => {
  const generators = readdirSync(GENERATORS, { recursive: true, encoding: 'utf8' })
    .map((path) => /^(\w+)[\\/]index\.ts$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  const names = commands.map(({ name }) => (name === 'new' ? 'app' : name));
  expect(generators.sort()).toEqual(names.sort());
  for (const generator of generators) {
    const command = generator === 'app' ? 'new' : generator;
    const source = readFileSync(join(GENERATORS, generator, 'index.ts'), 'utf8');
    expect(source).toContain(`import command from '../commands/${command}.ts';`);
  }
});

test('every command is named by the schema of what --json prints', () => {
  const folder = join(GENERATORS, '../docs/schemas');
  const named = readdirSync(folder).flatMap((file) => {
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return schema.properties?.command?.enum ?? [];
  });
  expect(named.sort()).toEqual(commands.map((one) => one.name).sort());
});

test('the built command line has the same commands', async () => {
  const { stdout } = await runBin(SMALL, []);
  const listed = stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}nimble-ml (\w+)/gm);
  expect([...listed].map(([, name]) => name)).toEqual(commands.map((one) => one.name));
});

test.each([
  ['', 0, 0],
  ['[N]', 0, 1],
  ['CAPABILITY BLOCK', 2, 2],
  ['BLOCK…', 1, Infinity],
])('a command with the arguments "%s" takes from %i to %i of them', (usage, min, max) => {
  expect(argumentRange({ arguments: usage })).toEqual({ min, max });
});

test.each([
  [['add'], '"add" needs more arguments. Usage: nimble-ml add BLOCK…'],
  [['swap', 'tracking'], '"swap" needs more arguments. Usage: nimble-ml swap CAPABILITY BLOCK'],
  [['swap', 'a', 'b', 'c'], '"c" is one argument too many. Usage: nimble-ml swap CAPABILITY BLOCK'],
  [['update', 'now'], '"now" is one argument too many. Usage: nimble-ml update'],
])('%j is refused with the usage of the command', async (args, message) => {
  const { code, stdout, stderr } = await runBin(SMALL, args);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
});
