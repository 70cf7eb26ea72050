import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'poe report',
  needs: 'An evaluated clone.',
  proves: 'The report is one page with plots that fetches nothing.',
  requires: ['evaluate'],
  run: report,
};

/** One page that opens anywhere: it fetches nothing. */
async function report(workspace: Workspace): Promise<string> {
  await workspace.shell('uv run poe report');
  const page = await readFile(join(workspace.clone, 'reports', 'report.html'), 'utf8');
  const plots = page.match(/<img[^>]+src="data:image/g)?.length ?? 0;
  const outside = /<(?:img|script|link|audio)[^>]+(?:src|href)="(?!data:|#)([^"]+)/.exec(page);
  if (plots === 0) throw new Failure('"reports/report.html" shows no plot');
  if (outside) throw new Failure(`"reports/report.html" needs "${outside[1]}" from elsewhere`);
  return `${plots} plots`;
}
