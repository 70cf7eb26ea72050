import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODALITIES, TEMPLATES } from '../support/repositories.ts';

/** The decimal numbers of a text, as they are written. */
const numbersIn = (text: string) => [...text.matchAll(/\d+\.\d+/g)].map(([number]) => number);

test.each(MODALITIES)(
  'the metrics of %s in README.md are those of docs/built-in-data.md, rounded',
  (modality) => {
    const readme = readFileSync('README.md', 'utf8');
    const row = new RegExp(`^\\| \\[${modality}\\].*$`, 'm').exec(readme)?.[0] ?? '';
    const path = join(TEMPLATES, 'modalities', modality, 'files/docs/built-in-data.md');
    const measured = numbersIn(readFileSync(path, 'utf8')).map(Number);
    const written = numbersIn(row);
    expect(written.length).toBeGreaterThan(2);
    for (const number of written) {
      const decimals = number.split('.')[1]?.length ?? 0;
      expect(measured.map((one) => one.toFixed(decimals))).toContain(number);
    }
  },
);
