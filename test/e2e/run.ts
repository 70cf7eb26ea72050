// npm run e2e -- --help
// Writes repositories with the packed generator and does in them what their users do.
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findOverruns, judgeBudget } from './budget.ts';
import { takeInventory } from './discover.ts';
import { drawList } from './list.ts';
import { CHECKOUT, type Machine, openMachine } from './machine/machine.ts';
import { closeIndexes, serveMissingIndexes } from './machine/package-index.ts';
import { releasePorts } from './machine/ports.ts';
import { endEverything } from './machine/processes.ts';
import { expectKnown, type Options, parseOptions, USAGE } from './options.ts';
import { installPacked } from './pack.ts';
import { PLAN } from './plan.ts';
import { countResults, drawTable, listNotes, type Result } from './results.ts';
import { runWorkspaces } from './schedule.ts';
import { type Assignment, type Inventory, selectWork } from './select.ts';
import { divideWork, parseShard } from './shards.ts';
import { readTimes, recordTimes, secondsOf, type Times } from './times.ts';
import { openWorkspace } from './workspace.ts';

process.on('exit', endEverything);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(1));
}

const argv = process.argv.slice(2);
if (argv.includes('--help')) console.log(USAGE);
else process.exitCode = await main(parseOptions(argv));

async function main(options: Options): Promise<number> {
  const inventory = await takeInventory(CHECKOUT);
  const times = await readTimes();
  const work = chooseWork(inventory, options, times);
  if (options.list) {
    console.log(drawList(inventory.steps, work, times));
    return 0;
  }
  const machine = await openMachine(options.all);
  let failed = true;
  try {
    const results = await runAll(machine, options, work, times);
    failed = results.some((result) => result.state === 'failed');
    const isOverBudget = isPlan(options) && !checkBudget(results, times) && !options.noBudget;
    return failed || isOverBudget ? 1 : 0;
  } finally {
    // Such as the emulator of a cloud whose last step did not run: it would keep this process waiting.
    endEverything();
    closeIndexes();
    await releasePorts();
    if (options.keep || failed) console.log(`kept: ${machine.scratch}`);
    else await rm(machine.scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What this machine does: the longest workspace first, so that the workers end together. */
function chooseWork(inventory: Inventory, options: Options, times: Times): Assignment[] {
  const { modalities, phases, only, shard } = options;
  expectKnown('modality', modalities, inventory.modalities);
  expectKnown('phase', phases, inventory.phases);
  const ids = inventory.steps.map((step) => step.id);
  expectKnown('step', only, ids);
  let work = selectWork(inventory, PLAN, options);
  if (shard) {
    const { index, count } = parseShard(shard);
    work = divideWork(work, count, times)[index - 1]?.work ?? [];
  }
  const total = ({ workspace, steps }: Assignment) =>
    steps.reduce((sum, step) => sum + secondsOf(times, step.id, workspace, isPlan(options)), 0);
  return work.sort((a, b) => total(b) - total(a));
}

function isPlan({ modalities, phases, only, all, shard }: Options): boolean {
  return !all && !shard && modalities.length + phases.length + only.length === 0;
}

async function runAll(
  machine: Machine,
  options: Options,
  work: readonly Assignment[],
  times: Times,
): Promise<Result[]> {
  const missing = await serveMissingIndexes(machine);
  if (missing) console.log(missing);
  await installPacked(machine);
  const assignments = await Promise.all(
    work.map(async ({ workspace, steps }) => ({
      workspace: await openWorkspace(machine, workspace, isPlan(options)),
      steps,
    })),
  );
  const results = await runWorkspaces(assignments, options.workers);
  await report(machine, options, work, results);
  if (options.record) await recordTimes(times, results, isPlan(options));
  return results;
}

/** Whether the plan kept its budget, or nothing in it could move. */
function checkBudget(results: readonly Result[], times: Times): boolean {
  const overruns = findOverruns(results, times);
  const { report, fails } = judgeBudget(performance.now() / 60_000, overruns);
  console.log(report);
  return !fails;
}

async function report(
  machine: Machine,
  options: Options,
  work: readonly Assignment[],
  results: Result[],
): Promise<void> {
  const steps = [...new Set(work.flatMap((assignment) => assignment.steps))];
  const names = work.map(({ workspace }) => workspace.id).sort();
  const json = `${JSON.stringify({ results }, null, 2)}\n`;
  const kept = join(machine.cache, 'last.json');
  // In one go: another run may end at this moment.
  await writeFile(`${kept}.${process.pid}`, json);
  await rename(`${kept}.${process.pid}`, kept);
  if (options.json) await writeFile(options.json, json);
  for (const failure of results.filter((result) => result.state === 'failed')) {
    console.log(`\nFAILED [${failure.workspace}] ${failure.step}\n${failure.note}`);
  }
  const minutes = (performance.now() / 60_000).toFixed(1);
  const table = drawTable(steps, names, results);
  console.log(`\n${listNotes(results)}\n\n${table}\n${minutes} minutes in all; also in ${kept}`);
  console.log(countResults(results));
}
