// The same situations with several tools: npm run compare-upgrades [-- --only TEXT] [--tool NAME]
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeers } from '../bench/peers.ts';
import { SCENARIOS } from './scenarios.ts';
import { execute, quietEnvironment } from './shell.ts';
import { copier, cruft, nimble, type Tool, vendorBranch } from './tools.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, tool: { type: 'string', default: '' } },
});
const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nimble-ml-compare-')));

/** What a tool makes of every situation. */
function playAll(tool: Tool): string[] {
  return SCENARIOS.filter(({ title }) => title.includes(values.only)).map(({ play }, number) => {
    const folder = join(workspace, tool.name.replace(' ', '-'), String(number), 'app');
    mkdirSync(join(folder, '..'), { recursive: true });
    try {
      return play(tool, folder) || 'yes';
    } catch (error) {
      return `fails: ${String(error).split('\n')[0]?.slice(0, 80)}`;
    }
  });
}

try {
  installPeers();
  quietEnvironment(workspace);
  const tools = [nimble(workspace), copier(workspace), cruft(workspace), vendorBranch()].filter(
    ({ name }) => name.includes(values.tool),
  );
  const columns = tools.map(playAll);
  const titles = SCENARIOS.map(({ title }) => title).filter((title) => title.includes(values.only));
  const version = (file: string) =>
    execute(workspace, file, '--version').stdout.match(/\d+(\.\d+)+/)?.[0];
  console.log(
    `git ${version('git')}, copier ${version('copier')}, cruft ${version('cruft') ?? '2'}\n`,
  );
  console.log(`| | ${tools.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${tools.map(() => '---|').join('')}`);
  for (const [row, title] of titles.entries()) {
    console.log(`| ${title} | ${columns.map((column) => column[row]).join(' | ')} |`);
  }
  const good = columns.map((column) => column.filter((cell) => cell === 'yes').length);
  console.log(`| **of ${titles.length}** | ${good.map((count) => `**${count}**`).join(' | ')} |`);
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
