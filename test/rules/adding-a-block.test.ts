import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedPackage, runBin } from '../support/bin.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/adding-a-block.md'), 'utf8');

/** The files of the page: a line with the path in backticks, then a fence with the content. */
function filesOfPage(): Record<string, string> {
  const fences = PAGE.matchAll(/^`([^`\n]+)`\n\n```\w+\n([\s\S]*?)^```$/gm);
  return Object.fromEntries([...fences].map(([, path = '', content = '']) => [path, content]));
}

/** The commands of the page, without the name of the program. */
function commandsOfPage(): string[][] {
  const [, block = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    );
}

/** A reader's folder in which the page was followed so far. */
function followed(): string {
  const cwd = temporaryFolder();
  writeFiles(cwd, filesOfPage());
  return cwd;
}

describe('docs/adding-a-block.md, followed to the letter', () => {
  test('its sample block is a whole one: block.yaml, docs.md and files', () => {
    const paths = Object.keys(filesOfPage()).map((path) =>
      path.replace(/^.*\/blocks\/[^/]+\/[^/]+\//, ''),
    );
    expect(paths).toEqual(expect.arrayContaining(['block.yaml', 'docs.md']));
    expect(paths.some((path) => path.startsWith('files/'))).toBe(true);
  });

  test('its commands write what it says they write', async () => {
    const cwd = followed();
    const commands = commandsOfPage();
    expect(commands.length).toBeGreaterThan(0);
    for (const [program, ...args] of commands) {
      expect(program).toBe('nimble-ml');
      const { code, stderr } = await runBin(installedPackage(), args, { cwd });
      expect(code, stderr).toBe(0);
    }
    const written = readFiles(join(cwd, 'churn'));
    expect(String(written.get('MODEL_CARD.md'))).toContain('Grace Hopper');
    expect(String(written.get('docs/commands.md'))).toContain(
      '| quality: `card` | Show the model card. |',
    );
    expect(written.has('tasks/card.toml')).toBe(true);
    const workflow = String(written.get('.github/workflows/model-card.yml'));
    expect(workflow).toContain('poe card');
  });

  test('its question is a flag of the help page', async () => {
    const args = ['new', '--help', '--blocks', 'our-blocks'];
    const { stdout } = await runBin(installedPackage(), args, { cwd: followed() });
    expect(stdout).toMatch(/^ {2}--owner TEXT .*Goes into MODEL_CARD\.md\./m);
  });

  test('its mistake is refused with the message it shows', async () => {
    const cwd = followed();
    const file = Object.keys(filesOfPage()).find((path) => path.endsWith('block.yaml')) ?? '';
    const text = filesOfPage()[file] ?? '';
    writeFiles(cwd, { [file]: text.replace(/^phase:/m, 'fase:') });
    const args = ['new', 'churn', '--blocks', 'our-blocks', '--yes', '--skip-install'];
    const { code, stderr } = await runBin(installedPackage(), args, { cwd });
    expect(code).toBe(2);
    const [, promised = ''] =
      /```text\n(our-blocks\/\S+block\.yaml:\d+: .*?), …\n```/.exec(PAGE) ?? [];
    expect(promised).not.toBe('');
    expect(stderr).toContain(promised);
  });
});
