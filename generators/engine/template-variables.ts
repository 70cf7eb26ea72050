import type { Answers, LoadedBlock } from './block.ts';
import { type JobView, pullRequestJobs } from './ci-jobs.ts';
import { Refusal, suggest } from './errors.ts';
import { identityVariables } from './identity.ts';
import { PACKAGE_WORD, packageIn } from './names.ts';
import { QUOTES } from './quote.ts';
import { type PathSource, removalOf } from './removal.ts';
import { type FilledSlots, fillSlots } from './slots.ts';

/** What a release knows of itself. */
export interface Release {
  version: string;
  /** The day its end-to-end runs passed, as `YYYY-MM-DD`. */
  provenOn: string;
}

/** What .ejs files may print: answers, the blocks' variables, slots, CI jobs, and free text per language. */
export function templateVariables(
  answers: Answers,
  blocks: readonly LoadedBlock[],
  jobs: readonly JobView[],
  sources: readonly PathSource[],
  release: Release,
): Record<string, unknown> {
  const { with: _with, without: _without, ...plain } = answers;
  const free = freeTextKeys(blocks);
  const variables: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(plain).filter(([key]) => !free.includes(key))),
    ...blockVariables(blocks),
    ...identityVariables(answers, blocks),
    package: packageIn(answers),
    generator_version: release.version,
    proven_on: release.provenOn,
    blocks: blocks
      .filter((block) => block.kind === 'block')
      .map((block) => describe(block, sources)),
    ci_jobs: jobs,
    pull_request_jobs: pullRequestJobs(jobs),
    slots: strict('slot', withName(fillSlots(blocks), packageIn(answers))),
  };
  for (const [language, quote] of Object.entries(QUOTES)) {
    const quoted = ['name', ...free].map((key) => [key, quote(String(answers[key] ?? ''))]);
    variables[language] = strict('free text', Object.fromEntries(quoted));
  }
  return variables;
}

/** An entry may name a path of the package, as a file may. */
function withName(slots: FilledSlots, name: string): FilledSlots {
  const put = (text: string) => text.replaceAll(PACKAGE_WORD, name);
  return Object.fromEntries(
    Object.entries(slots).map(([slot, entries]) => [
      slot,
      entries.map(([key, value]) => [put(key), put(value)] as const),
    ]),
  );
}

/** Questions answered in free text: no choices, not yes-no. */
function freeTextKeys(blocks: readonly LoadedBlock[]): string[] {
  return blocks.flatMap((block) =>
    Object.entries(block.options)
      .filter(
        ([key, option]) =>
          !['name', 'modality', 'phase'].includes(key) &&
          !option.choices &&
          typeof option.default !== 'boolean' &&
          !blocks.some((one) => one.when[key] !== undefined),
      )
      .map(([key]) => key),
  );
}

function blockVariables(blocks: readonly LoadedBlock[]): Record<string, string> {
  const asked = new Set(blocks.flatMap((block) => Object.keys(block.options)));
  const owners = new Map<string, LoadedBlock>();
  const variables: Record<string, string> = {};
  for (const block of blocks) {
    for (const [key, value] of Object.entries(block.variables)) {
      const other = owners.get(key);
      if (other) {
        throw new Refusal(
          `${block.where('variables', key)}: "${other.id}" sets "${key}" already (${other.where('variables', key)}). One block owns a variable.`,
        );
      }
      if (asked.has(key)) {
        throw new Refusal(
          `${block.where('variables', key)}: "${key}" is the key of a question already. Name the variable differently.`,
        );
      }
      owners.set(key, block);
      variables[key] = value;
    }
  }
  return variables;
}

function describe(block: LoadedBlock, sources: readonly PathSource[]) {
  const { id, title, why, adoptWhen, cost, phase } = block;
  const remove = block.remove ?? removalOf(block, sources);
  return { id, title, why, adoptWhen, cost, remove, phase };
}

/** An object whose unknown keys are errors, so that a typing mistake in a template is one. */
function strict<T extends object>(what: string, values: T): T {
  return new Proxy(values, {
    get(target, key) {
      if (typeof key === 'string' && !Object.hasOwn(target, key)) {
        throw new Error(`there is no ${what} "${key}".${suggest(key, Object.keys(target))}`);
      }
      return Reflect.get(target, key);
    },
  });
}
