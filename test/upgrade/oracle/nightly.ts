// Ten thousand random edits on whole repositories: npm run nightly:upgrades [-- --edits N --seed N --max-edits N --at-once N --only MODALITY --uncut]
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { campaign, report } from './campaign.ts';
import { makeFixture, type Step, stepsBetween } from './fixtures.ts';
import { nodeModules, sitePackages, together } from './third-party.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000)) },
    'at-once': { type: 'string', default: String(availableParallelism()) },
    'max-edits': { type: 'string', default: '40' },
    uncut: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    bin: { type: 'string', default: join(ROOT, 'dist/generators/cli.js') },
  },
});
const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nimble-ml-nightly-')));
writeFileSync(
  join(workspace, '.gitconfig'),
  '[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n',
);
const kept = Object.entries(process.env).filter(([key]) => !/^(GIT_|NODE_|npm_)/.test(key));
const env = {
  ...Object.fromEntries(kept),
  HOME: workspace,
  USERPROFILE: workspace,
  XDG_CONFIG_HOME: workspace,
};

/** The phases that the templates know: read from their blocks, as a reader would. */
function phasesOf(templates: string): number[] {
  const files = readdirSync(templates, { recursive: true, encoding: 'utf8' });
  const stated = files
    .filter((path) => path.endsWith('block.yaml'))
    .map((path) => Number(parse(readFileSync(join(templates, path), 'utf8')).phase));
  return [...new Set(stated.filter((phase) => phase > 0))].sort();
}

const templates = join(ROOT, 'templates');
const modalities = readdirSync(join(templates, 'modalities')).filter(
  (name) => !values.only || values.only.includes(name),
);
const steps: Step[] = stepsBetween(modalities, phasesOf(templates));
try {
  const bin = { path: resolve(values.bin), env };
  const fixtures = [];
  for (const step of steps) fixtures.push(await makeFixture(bin, workspace, step));
  const seed = Number(values.seed);
  const started = Date.now();
  let reported = 0;
  const tally = await campaign(fixtures, together(nodeModules(), sitePackages()), {
    seed,
    edits: Number(values.edits),
    maxEdits: Number(values['max-edits']),
    uncut: values.uncut,
    stopAfter: values.uncut ? 50 : 5,
    atOnce: Number(values['at-once']),
    watch: ({ trials, edits, failures }) => {
      if (edits - reported < 1000) return;
      reported = edits;
      console.error(`${edits} edits in ${trials} trials, ${failures.length} failed`);
    },
  });
  for (const failure of tally.failures) console.log(`${report(failure)}\n`);
  const { trials, edits, clean, stopped, conflicts, unfit, failures } = tally;
  console.log(
    `seed ${seed}: ${edits} edits in ${trials} trials on ${fixtures.map(({ title }) => title).join(', ')}: ` +
      `${clean} clean, ${stopped} with ${conflicts} paths in conflict, ${failures.length} with a loss (${unfit} more that git cannot hold); ${Math.round((Date.now() - started) / 1000)} s`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
