// npm run e2e -- --help
// Writes repositories with the packed generator and does in them what people do.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findModalities, findPhases, findSteps, roomsFor, withNeeds } from './discover.ts';
import { longestFirst, rememberTimes } from './history.ts';
import { type Machine, openMachine } from './machine/machine.ts';
import { endEverything } from './machine/processes.ts';
import { closeIndexes, standInForIndexes } from './machine/wheels.ts';
import { choose, type Options, parseOptions, USAGE } from './options.ts';
import { installPacked } from './pack.ts';
import { countResults, drawTable, listNotes, type Result } from './results.ts';
import { openRoom } from './room.ts';
import { runRooms } from './schedule.ts';
import type { Room } from './step.ts';

process.on('exit', endEverything);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(1));
}

const argv = process.argv.slice(2);
if (argv.includes('--help')) console.log(USAGE);
else process.exitCode = await main(parseOptions(argv));

async function main(options: Options): Promise<number> {
  const machine = await openMachine(options.all);
  let failed = true;
  try {
    const results = await runAll(machine, options);
    failed = results.some((result) => result.state === 'failed');
    return failed ? 1 : 0;
  } finally {
    closeIndexes();
    if (options.keep || failed) console.log(`left for you: ${machine.scratch}`);
    else await rm(machine.scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runAll(machine: Machine, options: Options): Promise<Result[]> {
  const steps = await findSteps();
  const chosen = choose(
    'step',
    options.only,
    steps.map((step) => step.id),
  );
  const wanted = withNeeds(chosen, steps);
  const asked = new Set(options.all ? chosen : options.only);
  const stepsToRun = steps.filter((step) => wanted.has(step.id));
  const standIn = await standInForIndexes(machine);
  if (standIn) console.log(standIn);
  await installPacked(machine);
  const rooms = await openRooms(
    machine,
    options,
    stepsToRun.some((step) => step.scope === 'once'),
  );
  const results = await runRooms(rooms, stepsToRun, options.lanes, asked);
  const names = rooms.map((room) => room.id).sort();
  await report(machine, options, drawTable(stepsToRun, names, results), results);
  return results;
}

async function openRooms(machine: Machine, options: Options, once: boolean): Promise<Room[]> {
  const known = await findModalities(machine.checkout);
  const modalities = choose('modality', options.modalities, known);
  const wanted = roomsFor(modalities, await findPhases(machine.checkout), options);
  const rooms: Room[] = [];
  for (const { id, modality, phase } of wanted) {
    rooms.push(await openRoom(machine, id, modality, phase));
  }
  const [first] = wanted;
  if (once && first) rooms.push(await openRoom(machine, 'once', first.modality, first.phase));
  return longestFirst(machine, rooms);
}

async function report(machine: Machine, options: Options, table: string, results: Result[]) {
  await rememberTimes(machine, results);
  const json = `${JSON.stringify({ results }, null, 2)}\n`;
  const kept = join(machine.cache, 'last.json');
  await writeFile(kept, json);
  if (options.json) await writeFile(options.json, json);
  const failures = results.filter((result) => result.state === 'failed');
  for (const failure of failures) {
    console.log(`\nFAILED [${failure.room}] ${failure.step}\n${failure.note}`);
  }
  const minutes = (performance.now() / 60_000).toFixed(1);
  console.log(`\n${listNotes(results)}\n\n${table}\n${minutes} minutes in all; also in ${kept}`);
  console.log(countResults(results));
}
