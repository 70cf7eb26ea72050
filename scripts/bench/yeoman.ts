import { chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Subject } from './measure.ts';

/** As root, yo becomes this user; so it is started as one from the first. */
const ORDINARY = 1000;

/** yo with our generator and with an empty one, side by side. */
export function yeomanSubjects(workspace: string): Subject[] {
  const home = join(workspace, 'home');
  const modules = join(home, 'modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(resolve('.'), join(modules, 'generator-nimble-ml'), 'junction');
  writeEmptyGenerator(modules);
  const user = process.getuid?.() === 0 ? ORDINARY : undefined;
  if (user !== undefined) chownSync(home, user, user);
  const yo = ['node', resolve('node_modules/yo/lib/cli.js')];
  const out = join(home, 'out');
  const answers = ['--name', 'bench', '--yes', '--skip-install'];
  const env = { HOME: home, NODE_PATH: modules };
  return [
    { name: 'yo empty', command: [...yo, 'empty'], env, cwd: home, user },
    {
      name: 'yo nimble-ml',
      command: [...yo, 'nimble-ml', out, ...answers],
      env,
      cwd: home,
      user,
      before: () => rmSync(out, { recursive: true, force: true }),
    },
    { name: 'yo nimble-ml --help', command: [...yo, 'nimble-ml', '--help'], env, cwd: home, user },
  ];
}

/** A generator that has one task and does nothing in it. */
function writeEmptyGenerator(modules: string): void {
  const folder = join(modules, 'generator-empty');
  mkdirSync(join(folder, 'generators', 'app'), { recursive: true });
  const base = resolve('node_modules/yeoman-generator/dist/index.js');
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "generator-empty", "version": "1.0.0", "type": "module", "keywords": ["yeoman-generator"] }',
  );
  writeFileSync(
    join(folder, 'generators', 'app', 'index.js'),
    `import Generator from '${base}';\nexport default class extends Generator { writing() {} }\n`,
  );
}
