import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Room, type Step, Wrong } from '../step.ts';

export const step: Step = {
  title: 'poe report',
  needs: ['evaluate'],
  run: report,
};

/** One page that opens anywhere: nothing in it is fetched. */
async function report(room: Room): Promise<string> {
  await room.type('uv run poe report');
  const page = await readFile(join(room.clone, 'reports', 'report.html'), 'utf8');
  const pictures = page.match(/<img[^>]+src="data:image/g)?.length ?? 0;
  const outside = /<(?:img|script|link|audio)[^>]+(?:src|href)="(?!data:|#)([^"]+)/.exec(page);
  if (pictures === 0) throw new Wrong('"reports/report.html" shows no picture');
  if (outside) throw new Wrong(`"reports/report.html" needs "${outside[1]}" beside it`);
  return `${pictures} pictures`;
}
