import { Refusal } from '../engine/errors.ts';
import type { Question } from '../engine/questions.ts';
import { type Flags, takeFlag } from './arguments.ts';
import type { CommandName } from './commands.ts';

/** The command line as yo hands it on, back in the form that the bin reads. */
export function flagsFromYo(
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
  questions: readonly Question[],
  command: CommandName = 'new',
): { positionals: string[]; flags: Flags } {
  const flags: Record<string, string | boolean | string[]> = {};
  for (const [key, values] of Object.entries(options)) {
    if (values === undefined || isYeomansOwn(key, values)) continue;
    for (const value of [values].flat()) {
      const name = value === false ? `no-${key}` : key === 'y' ? 'yes' : key;
      const text = typeof value === 'boolean' ? undefined : String(value);
      const token = { name, rawName: `--${name}`, value: text, inlineValue: true };
      takeFlag(flags, token, questions, command);
    }
  }
  return { positionals: args.map(String), flags };
}

/** yo starts a second command after a word that ends in a comma, and would drop the comma. */
export function refuseSplit(argv: readonly string[]): void {
  const split = argv.find((word) => word.endsWith(','));
  if (split !== undefined) {
    throw new Refusal(
      `"${split}" ends in a comma, where yo splits a command in two. Use nimble-ml new, or --answers FILE.`,
    );
  }
}

/** yo repeats each flag in camel case, and Yeoman adds options of its own; a switch it adds is off. */
function isYeomansOwn(key: string, value: unknown): boolean {
  return OWN.has(key) || /[A-Z_]/.test(key) || (value === false && SWITCHES.has(key));
}

const OWN = new Set(['resolved', 'namespace', 'help', 'env']);
const SWITCHES = new Set(['skip-cache', 'skip-install', 'force-install', 'ask-answered']);
