import type { Block, Option } from './block.ts';
import type { Catalog } from './catalog.ts';
import { Refusal, suggest } from './errors.ts';

/** A question, its flag and its line of help: prompts, parsing and --help all read this. */
export interface Question {
  /** Key among the answers. */
  key: string;
  /** Without the dashes. */
  flag: string;
  ask: string;
  help: string;
  type: 'text' | 'choice' | 'yes-no';
  default?: string | boolean;
  defaultFrom?: Option['defaultFrom'];
  /** Allowed answers with what each one is, and the cost of the block that it adds. */
  choices: readonly { value: string; title: string; cost?: Block['cost'] }[];
  pattern?: string;
  quiet?: true;
  /** Flags that it had in earlier versions. */
  aliases?: readonly string[];
  /** The block that asks; its question is put only when that block arrives. */
  owner: Block;
}

/** Every question of the catalog, in the order in which they are asked. */
export function questionsOf(catalog: Catalog): Question[] {
  const blocks = [...catalog.values()];
  const of = (kind: Block['kind']) => blocks.filter((block) => block.kind === kind);
  const asked = (owners: Block[]) =>
    owners.flatMap((owner) =>
      Object.entries(owner.options).map(([key, option]) => question(key, option, owner, blocks)),
    );
  const first = asked(of('skeleton'));
  const split = first.findIndex((one) => one.key === 'modality') + 1;
  const all = [
    ...first.slice(0, split),
    ...asked(of('modality')),
    ...first.slice(split),
    ...asked(of('block')),
  ];
  checkFlags(all);
  for (const one of all) checkDefault(one);
  return all;
}

/** The questions of one flag: several modalities may ask one question, each with its own text. */
export function byFlag(questions: readonly Question[]): Map<string, Question[]> {
  const flags = new Map<string, Question[]>();
  for (const one of questions) flags.set(one.flag, [...(flags.get(one.flag) ?? []), one]);
  return flags;
}

function question(key: string, option: Option, owner: Block, blocks: readonly Block[]): Question {
  const choices = choicesOf(key, option, blocks);
  return {
    key,
    flag: flagOf(key),
    ask: option.ask,
    help: option.help ?? option.ask,
    type: typeof option.default === 'boolean' ? 'yes-no' : choices.length > 0 ? 'choice' : 'text',
    ...(option.default === undefined ? {} : { default: option.default }),
    ...(option.defaultFrom === undefined ? {} : { defaultFrom: option.defaultFrom }),
    ...(option.pattern === undefined ? {} : { pattern: option.pattern }),
    ...(option.quiet ? { quiet: true } : {}),
    ...(option.aliases ? { aliases: option.aliases.map(flagOf) } : {}),
    choices,
    owner,
  };
}

/** The flag of a question, without the dashes. */
function flagOf(key: string): string {
  return key.replaceAll('_', '-');
}

/** What the option lists, and what blocks that arrive by this answer add to it. */
function choicesOf(key: string, option: Option, blocks: readonly Block[]): Question['choices'] {
  if (key === 'modality') {
    return blocks
      .filter((block) => block.kind === 'modality')
      .map(({ id, title, cost }) => ({ value: id, title, cost }));
  }
  if (key === 'phase') {
    const phases = blocks.map((block) => block.phase).filter((phase) => phase !== 'never');
    return [...new Set<number>(phases)].sort().map((phase) => ({
      value: String(phase),
      title: PHASES[phase - 1] ?? String(phase),
    }));
  }
  const arriving = blocks
    .filter((block) => block.when[key] !== undefined)
    .map(({ when, title, cost }) => ({ value: when[key] ?? '', title, cost }));
  const own = (option.choices ?? []).map((value) => ({ value, title: value }));
  const all = [...arriving, ...own];
  return all.filter(({ value }, index) => all.findIndex((one) => one.value === value) === index);
}

/** What each phase is for, in the order of the phases. */
const PHASES = [
  'validate: test the hypothesis fast',
  'reproduce: any result can be made again',
  'automate: pipelines on a schedule, gated',
  'operate: served, watched, accountable',
];

/** The answer that Enter accepts is one of the allowed ones. */
function checkDefault({ key, type, default: given, choices, owner }: Question): void {
  const values = choices.map((choice) => choice.value);
  if (type === 'choice' && given !== undefined && !values.includes(String(given))) {
    throw new Refusal(
      `${owner.where('options', key, 'default')}: "${given}" is not a choice.${suggest(String(given), values)}`,
    );
  }
}

/** One flag has one meaning: only modalities, of which a repository has one, may share a key. */
function checkFlags(questions: readonly Question[]): void {
  for (const [flag, [first, ...others]] of byFlag(questions)) {
    const owners = first ? [first, ...others] : [];
    const clash = owners.length > 1 && owners.find((one) => one.owner.kind !== 'modality');
    if (clash) {
      const [other] = owners.filter((one) => one !== clash);
      throw new Refusal(
        `${clash.owner.where('options', clash.key)}: --${flag} is asked by "${other?.owner.id}" already. Name the option differently.`,
      );
    }
  }
}
