import { parseArgs } from 'node:util';
import { flagsOf } from '../engine/common-flags.ts';
import { Refusal, suggest } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import { COMMANDS, type CommandName } from './commands.ts';
import type { Request } from './request.ts';

/** Flags as they stand on a command line: name → value, `true`, or several values. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[]>>;

/** Splits a command line into positionals and flags that are allowed, or says what is wrong with it. */
export function parseCommandLine(
  argv: readonly string[],
  questions: readonly Question[],
  command: CommandName = 'new',
): { positionals: string[]; flags: Flags } {
  const { tokens } = parseArgs({
    args: [...argv],
    options: optionsOf(questions, command),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const flags: Record<string, string | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') takeFlag(flags, token, questions, command);
  }
  return { positionals, flags };
}

/** A request from allowed flags; the answers file fills what the flags leave open. */
export async function requestFrom(
  positionals: readonly string[],
  flags: Flags,
  questions: readonly Question[],
  command: CommandName = 'new',
): Promise<Request> {
  checkWords(positionals, command);
  const file = flags.answers === undefined ? {} : await answersOf(String(flags.answers));
  const given: Record<string, unknown> = { ...file };
  for (const key of ['with', 'without']) if (flags[key] !== undefined) given[key] = flags[key];
  for (const { flag, key } of questions) if (flags[flag] !== undefined) given[key] = flags[flag];
  return {
    words: positionals,
    directory: command === 'new' ? positionals[0] : undefined,
    given,
    blocks: [flags.blocks ?? []].flat().map(String),
    yes: flags.yes === true,
    dryRun: flags['dry-run'] === true,
    json: flags.json === true,
    skipInstall: flags['skip-install'] === true,
    skipGit: flags['skip-git'] === true,
    restore: [flags.restore ?? []].flat().map(String),
    adopt: flags.adopt === true,
    backup: flags.backup === true,
  };
}

/** As many words as the command takes. */
function checkWords(words: readonly string[], command: CommandName): void {
  const { usage, words: range } = COMMANDS[command];
  const [fewest, most] = range;
  const extra = words[most];
  if (extra !== undefined && command === 'new') {
    throw new Refusal(`"${extra}" is one argument too many. One folder is allowed: "${words[0]}".`);
  }
  if (extra !== undefined) {
    throw new Refusal(`"${extra}" is one argument too many: ${command} ${usage}`.trimEnd());
  }
  if (words.length < fewest) {
    throw new Refusal(`"${command}" needs more: nimble-ml ${command} ${usage}`);
  }
}

async function answersOf(path: string): Promise<Record<string, unknown>> {
  const { readAnswersFile } = await import('./answers-file.ts');
  return readAnswersFile(path);
}

/** The value of a flag that is needed before the others can be understood. */
export function blocksOf(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    if (word.startsWith('--blocks=')) return [word.slice('--blocks='.length)];
    const next = argv[index + 1];
    return word === '--blocks' && next !== undefined && !next.startsWith('-') ? [next] : [];
  });
}

type OptionToken = {
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
};

/** Adds one flag, or says why it cannot be. */
export function takeFlag(
  flags: Record<string, string | boolean | string[]>,
  token: OptionToken,
  questions: readonly Question[],
  command: CommandName = 'new',
): void {
  const { rawName, value } = token;
  const negated = token.name.startsWith('no-') && token.name.slice('no-'.length);
  const yesNo = questions.filter((one) => one.type === 'yes-no').map((one) => one.flag);
  const name = negated && yesNo.includes(negated) ? negated : token.name;
  const known = flagsOf(command);
  const common = known.find((one) => one.flag === name);
  if (!common && !questions.some((one) => one.flag === name)) {
    const allowed = [...new Set(questions.map((one) => one.flag)), ...known.map((one) => one.flag)];
    throw new Refusal(
      `"${rawName}" is not a flag.${suggest(
        rawName,
        allowed.map((one) => `--${one}`),
      )}`,
    );
  }
  const switches = yesNo.includes(name) || (common && !common.value);
  if (switches && value !== undefined) {
    throw new Refusal(
      `"${rawName}" takes no value, and "${value}" was given. Leave it out, or put it before the flags.`,
    );
  }
  if (!switches && (value === undefined || (!token.inlineValue && /^-./.test(value)))) {
    throw new Refusal(`"${rawName}" needs a value. Give it as ${rawName}=VALUE.`);
  }
  if (common?.many) {
    flags[name] = [...[flags[name] ?? []].flat().map(String), String(value)];
    return;
  }
  if (flags[name] !== undefined) throw new Refusal(`"--${name}" is given twice. Give it once.`);
  flags[name] = switches ? name === token.name : String(value);
}

function optionsOf(questions: readonly Question[], command: string) {
  const yesNo = questions.filter((one) => one.type === 'yes-no').map((one) => one.flag);
  const texts = questions.filter((one) => one.type !== 'yes-no').map((one) => one.flag);
  return Object.fromEntries([
    ...texts.map((flag) => [flag, { type: 'string' as const }]),
    ...yesNo.map((flag) => [flag, { type: 'boolean' as const }]),
    ...flagsOf(command).map(({ flag, value, short }) => [
      flag,
      { type: value ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
    ]),
  ]);
}
