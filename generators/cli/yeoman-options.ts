import { Refusal } from '../engine/errors.ts';
import type { GivenFlag } from './arguments.ts';

/** The flags that yo parsed, in the form that the command line reads. */
export function flagsFromYeoman(options: Readonly<Record<string, unknown>>): GivenFlag[] {
  return Object.entries(options)
    .filter(([key, value]) => value !== undefined && !isAddedByYeoman(key, value))
    .flatMap(([key, values]) =>
      [values].flat().map((value) => {
        const name = value === false ? `no-${key}` : key === 'y' ? 'yes' : key;
        const text = typeof value === 'boolean' ? undefined : String(value);
        return { name, rawName: `--${name}`, value: text, inlineValue: true };
      }),
    );
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

/** yo repeats each flag in camel case, and Yeoman adds options of its own; a switch that it adds is off. */
function isAddedByYeoman(key: string, value: unknown): boolean {
  return OPTIONS.has(key) || /[A-Z_]/.test(key) || (value === false && SWITCHES.has(key));
}

const OPTIONS = new Set(['resolved', 'namespace', 'help', 'env']);
const SWITCHES = new Set(['skip-cache', 'skip-install', 'force-install', 'ask-answered']);
