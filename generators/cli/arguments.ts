import { parseArgs } from 'node:util';
import { Refusal, suggest } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';

/** Flags as a command line gives them: name → value, on or off, or several values. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[]>>;

/** A flag as the command line gives it. */
export interface GivenFlag {
  /** As it was typed, with its dashes. */
  rawName: string;
  /** Without the dashes, in its long form. */
  name: string;
  value?: string | undefined;
  /** Whether the value was given with "=". */
  inlineValue?: boolean | undefined;
}

/** A flag that a command knows. */
interface KnownFlag {
  flag: string;
  kind: 'switch' | 'yes-no' | 'value' | 'values';
  short?: string;
  /** Names that it had in earlier versions. */
  aliases: readonly string[];
}

/** Splits a command line into arguments and flags that are allowed, or says what is wrong with it. */
export function parseCommandLine(
  argv: readonly string[],
  command: Command,
  questions: readonly Question[],
): { args: string[]; flags: Flags } {
  const known = knownFlags(command, questions);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      known.flatMap(({ flag, kind, short, aliases }) =>
        [flag, ...aliases].map((name) => [
          name,
          {
            type: /^value/.test(kind) ? 'string' : 'boolean',
            ...(short && name === flag ? { short } : {}),
          },
        ]),
      ),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return {
    args: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    flags: collectFlags(
      tokens.filter((token) => token.kind === 'option'),
      command,
      questions,
    ),
  };
}

/** The given flags by name, or what is wrong with the first one that is not allowed. */
export function collectFlags(
  given: readonly GivenFlag[],
  command: Command,
  questions: readonly Question[],
): Flags {
  const known = knownFlags(command, questions);
  const flags: Record<string, string | boolean | readonly string[]> = {};
  for (const one of given) {
    const { flag, kind, aliases } = findFlag(one, known);
    checkValue(one, kind);
    if (kind === 'values') {
      flags[flag] = [...[flags[flag] ?? []].flat().map(String), String(one.value)];
      continue;
    }
    if (flags[flag] !== undefined) throw new Refusal(`"--${flag}" is given twice. Give it once.`);
    flags[flag] = kind === 'value' ? String(one.value) : [flag, ...aliases].includes(one.name);
  }
  return flags;
}

/** The value of --blocks, which is needed before the other flags can be understood. */
export function findBlocksFolders(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    if (word.startsWith('--blocks=')) return [word.slice('--blocks='.length)];
    const next = argv[index + 1];
    return word === '--blocks' && next !== undefined && !next.startsWith('-') ? [next] : [];
  });
}

function knownFlags(command: Command, questions: readonly Question[]): KnownFlag[] {
  const ofQuestions = questions.map(({ flag, type, aliases = [] }) => ({
    flag,
    aliases,
    kind: type === 'yes-no' ? ('yes-no' as const) : ('value' as const),
  }));
  const common = flagsOf(command.flags).map(({ flag, short, value, repeats }) => ({
    flag,
    aliases: [],
    kind:
      value === undefined
        ? ('switch' as const)
        : repeats
          ? ('values' as const)
          : ('value' as const),
    ...(short ? { short } : {}),
  }));
  return [...ofQuestions, ...common];
}

function findFlag({ name, rawName }: GivenFlag, known: readonly KnownFlag[]): KnownFlag {
  const found = known.find(({ flag, aliases, kind }) =>
    [flag, ...aliases].some((one) => one === name || (kind === 'yes-no' && `no-${one}` === name)),
  );
  if (found) return found;
  const allowed = [...new Set(known.map(({ flag }) => `--${flag}`))];
  throw new Refusal(`"${rawName}" is not a flag.${suggest(rawName, allowed)}`);
}

/** A value that starts with a dash counts only after "=": without it, it is the next flag. */
function checkValue({ rawName, value, inlineValue }: GivenFlag, kind: KnownFlag['kind']): void {
  const takesValue = kind === 'value' || kind === 'values';
  if (!takesValue && value !== undefined) {
    throw new Refusal(
      `"${rawName}" takes no value, and "${value}" was given. Leave it out, or put it before the flags.`,
    );
  }
  if (takesValue && (value === undefined || (!inlineValue && /^-./.test(value)))) {
    throw new Refusal(`"${rawName}" needs a value. Give it as ${rawName}=VALUE.`);
  }
}
