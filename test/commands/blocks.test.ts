import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import schema from '../../docs/schemas/blocks.schema.json' with { type: 'json' };
import { installedPackage, installSmall, runBin } from '../support/bin.ts';
import { BLOCKS } from '../support/repositories.ts';

const listed = async (...args: string[]) => {
  const { stdout } = await runBin(installedPackage(), ['blocks', '--json', ...args]);
  return JSON.parse(stdout);
};

test('blocks lists every block once, as its schema says', async () => {
  const document = await listed();
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  const ids = document.blocks.map((one: { id: string }) => one.id);
  const blocks = BLOCKS.filter((block) => block.kind === 'block').map((block) => block.id);
  expect(ids.sort()).toEqual(blocks.sort());
});

test('blocks for one modality leaves out what serves only others', async () => {
  const ids = (await listed('--modality=tabular')).blocks.map((one: { id: string }) => one.id);
  expect(ids).toContain('onnx');
  expect(ids).not.toContain('prompt-versions');
});

test('blocks prints each block under its area, with the phase that brings it', async () => {
  const { code, stdout } = await runBin(installSmall(), ['blocks']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^3 blocks, by area:/);
  expect(stdout).toMatch(/ {4}gate +The block gate \(phase 2\)/);
  expect(stdout).toMatch(/ {4}extra +The block extra \(when asked for\)/);
});

test('blocks refuses a modality that there is not', async () => {
  const { code, stderr } = await runBin(installSmall(), ['blocks', '--modality=audio']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: '--modality: "audio" is not a choice. Allowed: "tabular", "vision".\n',
  });
});
