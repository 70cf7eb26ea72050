import { expect, test } from 'vitest';
import { REPOSITORIES, textsOf, treeOf } from '../support/repositories.ts';

/** A linter or type checker that is silenced on a line, and the text after it. */
const SUPPRESSION =
  /#\s*(?:noqa: ?[A-Z0-9, ]+|type: ignore\[[\w-]+\]|shellcheck disable=[A-Z0-9,]+|nosec(?: [A-Z0-9]+)?)(.*)$/;
const REASON = /^\s*(?:#|-|\()\s*\w+/;

test.each(REPOSITORIES)(
  'every suppression in $modality at phase $phase has its reason on its line',
  async ({ modality, phase }) => {
    const bare: string[] = [];
    for (const [path, text] of textsOf(await treeOf({ modality, phase }))) {
      for (const line of text.split('\n')) {
        const found = SUPPRESSION.exec(line);
        if (found && !REASON.test(found[1] ?? '')) bare.push(`${path}: ${line.trim()}`);
      }
    }
    expect(bare).toEqual([]);
  },
);
