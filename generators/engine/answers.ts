import { inspect } from 'node:util';
import type { Answers, Block } from './block.ts';
import { type Catalog, currentId } from './catalog.ts';
import { quoteAll, Refusal, suggest } from './errors.ts';
import { renameAnswers } from './former-names.ts';
import { findHidden } from './hidden-characters.ts';
import { checkName } from './names.ts';
import { plan } from './plan.ts';
import type { Question } from './questions.ts';

/** Answers as flags or a file gave them, by key; lists may still be `a,b`. */
export type Given = Readonly<Record<string, unknown>>;

export type Answer = string | boolean;

/** Where answers come from that were not given. */
export interface Source {
  /** Asks the user a question; undefined when there is no terminal. */
  ask?: (question: Question, suggested: Answer | undefined) => Promise<Answer>;
  /** What Enter accepts; undefined when a question has no default. */
  suggest: (question: Question) => Promise<Answer | undefined>;
  /** Whether every default is taken without asking. */
  yes: boolean;
  /** Saved answers, by key: they are not asked again. */
  saved?: Given;
}

/** Complete, checked answers: given ones first, then defaults or the user's. */
export async function collectAnswers(
  questions: readonly Question[],
  catalog: Catalog,
  asGiven: Given,
  source: Source,
): Promise<Answers> {
  const given = renameGiven(asGiven, catalog);
  checkKeys(questions, given);
  const answers: Answers = {
    name: '',
    modality: '',
    phase: 0,
    with: blocksOf('with', given.with, catalog),
    without: blocksOf('without', given.without, catalog),
  };
  const open = new Set(Object.keys(given).filter((key) => key !== 'with' && key !== 'without'));
  const put = async (question: Question) => {
    const answer = await answerTo(question, given[question.key], source);
    answers[question.key] = question.key === 'phase' ? Number(answer) : answer;
    open.delete(question.key);
  };
  for (const question of questions) {
    const { kind, id } = question.owner;
    if (kind === 'skeleton' || (kind === 'modality' && id === answers.modality))
      await put(question);
  }
  const chosen = new Set(plan(answers, catalog));
  for (const question of questions) {
    if (question.owner.kind === 'block' && chosen.has(question.owner)) await put(question);
  }
  for (const key of open) throw new Refusal(notAsked(key, questions, answers));
  return answers;
}

/** Given answers by the names of today. */
function renameGiven(given: Given, catalog: Catalog): Given {
  const { modality } = given;
  const named = typeof modality === 'string' ? { modality: currentId(modality, catalog) } : {};
  return { ...renameAnswers(given, catalog), ...named };
}

/** The answer as it is stored, or the reason why it cannot be. */
export function checkAnswer(question: Question, answer: unknown): Answer {
  const { flag, type, choices, pattern } = question;
  if (type === 'yes-no') {
    if (typeof answer === 'boolean') return answer;
    throw new Refusal(`--${flag}: ${show(answer)} is not an answer. Allowed: true, false.`);
  }
  const text = typeof answer === 'number' && type === 'choice' ? String(answer) : answer;
  if (typeof text !== 'string') {
    throw new Refusal(`--${flag}: ${show(answer)} is not a text. Give one text, in quotes.`);
  }
  if (type === 'choice') {
    const values = choices.map((choice) => choice.value);
    if (values.includes(text)) return text;
    throw new Refusal(`--${flag}: "${text}" is not a choice.${suggest(text, values)}`);
  }
  if (question.key === 'name') checkName(text);
  checkText(flag, text, pattern);
  return text;
}

/** Free text is one line that every file format can hold. */
function checkText(flag: string, text: string, pattern: string | undefined): void {
  if (text.length > 200) {
    throw new Refusal(`--${flag}: ${text.length} characters are too many. Up to 200 are allowed.`);
  }
  const hidden = findHidden(text);
  if (hidden !== undefined) {
    throw new Refusal(
      `--${flag}: ${show(text)} holds the character ${hidden}. One line of visible text is allowed.`,
    );
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) {
    throw new Refusal(`--${flag}: "${text}" does not fit. Allowed: text that matches ${pattern}.`);
  }
}

async function answerTo(question: Question, given: unknown, source: Source): Promise<Answer> {
  const known = given === undefined ? source.saved?.[question.key] : given;
  if (known !== undefined) return checkAnswer(question, known);
  const suggested = await source.suggest(question);
  const asks = !source.yes && !question.quiet;
  if (asks && source.ask) return checkAnswer(question, await source.ask(question, suggested));
  if (!asks && suggested !== undefined) return checkAnswer(question, suggested);
  throw new Refusal(
    source.yes
      ? `--${question.flag} has no default. Give it: ${question.ask}`
      : `--${question.flag} is not answered and there is no terminal to ask in. Give it, or take every default with --yes.`,
  );
}

function checkKeys(questions: readonly Question[], given: Given): void {
  const allowed = [...new Set(questions.map((one) => one.key)), 'with', 'without'];
  const unknown = Object.keys(given).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    throw new Refusal(`"${unknown}" is not a question.${suggest(unknown, allowed)}`);
  }
}

/** A given answer to a question that never came up. */
function notAsked(key: string, questions: readonly Question[], answers: Answers): string {
  const owners = questions.filter((one) => one.key === key).map((one) => one.owner);
  const flag = questions.find((one) => one.key === key)?.flag ?? key;
  if (owners.every((owner) => owner.kind === 'modality')) {
    const ids = quoteAll(owners.map((owner) => owner.id));
    return `--${flag} is a question of ${ids}, not of "${answers.modality}". Leave it out, or choose another modality.`;
  }
  return `--${flag} is a question of "${(owners[0] as Block).id}", which these answers do not bring. Leave it out, or add the block with --with.`;
}

/** The ids that a list of blocks names, former ids as what they are now. */
function blocksOf(flag: string, given: unknown, catalog: Catalog): string[] {
  if (given === undefined) return [];
  const list = typeof given === 'string' ? given.split(',') : given;
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) {
    throw new Refusal(`--${flag}: ${show(given)} is not a list. Give block ids as a,b.`);
  }
  const ids = list.map((one: string) => one.trim()).filter(Boolean);
  return [...new Set(ids.map((id: string) => currentId(id, catalog)))].sort();
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? `"${value}"` : inspect(value, { breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
