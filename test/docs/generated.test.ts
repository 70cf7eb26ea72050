import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedDocs } from '../../scripts/docs.ts';

test('the generated pages say what the blocks and questions say today (else: npm run docs)', async () => {
  for (const [path, text] of Object.entries(await generatedDocs())) {
    expect(readFileSync(`docs/${path}`, 'utf8'), path).toBe(`${text}\n`);
  }
});
