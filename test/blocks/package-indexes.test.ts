import { describe, expect, test } from 'vitest';
import { REPOSITORIES, treeOf } from '../support/repositories.ts';

// uv 0.9 to 0.13 refuse `index = [...]` in `uv add --index` ("Sources in pyproject.toml are malformed").
describe.each(REPOSITORIES)('$modality at phase $phase', (given) => {
  test('package indexes are tables of their own, so that `uv add --index` can add one', async () => {
    const pyproject = String((await treeOf(given)).get('pyproject.toml')?.bytes);
    expect(pyproject).not.toMatch(/^index\s*=/m);
    const tables = pyproject.match(/^\[\[tool\.uv\.index\]\]$/gm) ?? [];
    const used = new Set(pyproject.match(/(?<=index = ")[^"]+/g));
    expect(tables).toHaveLength(used.size);
    for (const name of used) {
      expect(pyproject).toMatch(
        new RegExp(`^\\[\\[tool\\.uv\\.index\\]\\]\nname = "${name}"\nurl = "https://`, 'm'),
      );
    }
  });
});
